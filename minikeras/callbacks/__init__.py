"""Callbacks: objects that watch or steer a training, each family in its own file."""

from minikeras.callbacks.backup_and_restore import BackupAndRestore
from minikeras.callbacks.base import Callback
from minikeras.callbacks.container import CallbackList
from minikeras.callbacks.csv_logger import CSVLogger
from minikeras.callbacks.decay import CosineAnnealing, MultiStepDecay, StepDecay
from minikeras.callbacks.early_stopping import EarlyStopping
from minikeras.callbacks.history import BaseLogger, History
from minikeras.callbacks.lambda_callback import LambdaCallback
from minikeras.callbacks.learning_rate import LearningRateScheduler
from minikeras.callbacks.logs import Logs
from minikeras.callbacks.model_checkpoint import ModelCheckpoint
from minikeras.callbacks.monitor import MonitorCallback
from minikeras.callbacks.plateau import ReduceLROnPlateau
from minikeras.callbacks.progbar_logger import ProgbarLogger
from minikeras.callbacks.remote_monitor import RemoteMonitor
from minikeras.callbacks.swap_ema_weights import SwapEMAWeights
from minikeras.callbacks.tensorboard import TensorBoard
from minikeras.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "BackupAndRestore",
    "BaseLogger",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "CosineAnnealing",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "Logs",
    "ModelCheckpoint",
    "MonitorCallback",
    "MultiStepDecay",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "StepDecay",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
