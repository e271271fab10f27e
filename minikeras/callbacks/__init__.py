"""Callbacks: objects that watch or steer a training, each family in its own file."""

from .backup_and_restore import BackupAndRestore
from .base import Callback
from .container import CallbackList
from .csv_logger import CSVLogger
from .decay import CosineAnnealing, MultiStepDecay, StepDecay
from .early_stopping import EarlyStopping
from .history import BaseLogger, History
from .lambda_callback import LambdaCallback
from .learning_rate import LearningRateScheduler
from .logs import Logs
from .model_checkpoint import ModelCheckpoint
from .monitor import MonitorCallback
from .plateau import ReduceLROnPlateau
from .progbar_logger import ProgbarLogger
from .remote_monitor import RemoteMonitor
from .swap_ema_weights import SwapEMAWeights
from .tensorboard import TensorBoard
from .terminate_on_nan import TerminateOnNaN

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
