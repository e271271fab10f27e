"""A small model for every layer, written once for both packages: `CASES[name](keras)`.

Several entries may show one layer in different settings: what follows a "/" is a remark. Recurrent
layers and models of several layers are in the modules beside this one.
"""

from .cases_models import MODELS
from .cases_recurrent import DEFAULTS_DIFFER, RECURRENT
from .makers import IMG, ROW, SEQ, VOL, attending, merged, one

CASES = {
    "Activation": one("Activation", ROW, "tanh"),
    "Activation/softsign": one("Activation", ROW, "softsign"),
    "ActivityRegularization": one("ActivityRegularization", ROW, l1=0.1),
    "Add": merged("Add"),
    "AdditiveAttention": merged("AdditiveAttention", shapes=((4, 3), (5, 3))),
    "AlphaDropout": one("AlphaDropout", ROW, 0.3),
    "Attention": merged("Attention", use_scale=True, shapes=((4, 3), (5, 3))),
    "Average": merged("Average"),
    "AveragePooling1D": one("AveragePooling1D", SEQ, 2),
    "AveragePooling2D": one("AveragePooling2D", IMG, (2, 3), padding="same"),
    "AveragePooling3D": one("AveragePooling3D", VOL, 2),
    "BatchNormalization": one("BatchNormalization", SEQ, momentum=0.7, epsilon=0.01),
    "BatchNormalization/no scale": one("BatchNormalization", IMG, scale=False, axis=1),
    "Concatenate": merged("Concatenate", axis=-1),
    "Conv1D": one("Conv1D", SEQ, 4, 3, padding="causal", dilation_rate=2),
    "Conv1DTranspose": one("Conv1DTranspose", SEQ, 4, 3, strides=2),
    "Conv2D": one("Conv2D", IMG, 4, (3, 2), strides=2, padding="same", activation="relu"),
    "Conv2D/groups": one("Conv2D", IMG, 6, 3, groups=3, use_bias=False),
    "Conv2DTranspose": one("Conv2DTranspose", IMG, 4, 3, strides=2, padding="same"),
    "Conv3D": one("Conv3D", VOL, 3, 2),
    "Conv3DTranspose": one("Conv3DTranspose", VOL, 3, 2),
    "Cropping1D": one("Cropping1D", SEQ, (1, 2)),
    "Cropping2D": one("Cropping2D", IMG, ((1, 2), (0, 1))),
    "Cropping3D": one("Cropping3D", VOL, 1),
    "Dense": one(
        "Dense", ROW, 3, activation="sigmoid", kernel_regularizer="l2", bias_constraint="non_neg"
    ),
    "DepthwiseConv1D": one("DepthwiseConv1D", SEQ, 3, depth_multiplier=2),
    "DepthwiseConv2D": one("DepthwiseConv2D", IMG, 3, padding="same"),
    "Dot": merged("Dot", axes=1),
    "Dropout": one("Dropout", ROW, 0.4, seed=3),
    "ELU": one("ELU", ROW, 0.7),
    "EinsumDense": one("EinsumDense", SEQ, "abc,cd->abd", (None, 4), bias_axes="d"),
    "Embedding": one("Embedding", (5,), 9, 4, dtype="int32"),
    "Embedding/mask_zero": one("Embedding", (5,), 9, 4, mask_zero=True, dtype="int32"),
    "Flatten": one("Flatten", IMG),
    "GaussianDropout": one("GaussianDropout", ROW, 0.3),
    "GaussianNoise": one("GaussianNoise", ROW, 0.3),
    "GlobalAveragePooling1D": one("GlobalAveragePooling1D", SEQ),
    "GlobalAveragePooling2D": one("GlobalAveragePooling2D", IMG),
    "GlobalAveragePooling3D": one("GlobalAveragePooling3D", VOL),
    "GlobalMaxPooling1D": one("GlobalMaxPooling1D", SEQ),
    "GlobalMaxPooling2D": one("GlobalMaxPooling2D", IMG),
    "GlobalMaxPooling3D": one("GlobalMaxPooling3D", VOL),
    "GroupQueryAttention": attending("GroupQueryAttention", 4, 4, 2),
    "Identity": one("Identity", ROW),
    "Normalization": one("Normalization", ROW),
    "GroupNormalization": one("GroupNormalization", (5, 6), groups=3),
    "LayerNormalization": one("LayerNormalization", SEQ, epsilon=0.01),
    "LeakyReLU": one("LeakyReLU", ROW, 0.2),
    "Masking": one("Masking", SEQ, 0.5),
    "MaxPooling1D": one("MaxPooling1D", SEQ, 2, strides=1),
    "MaxPooling2D": one("MaxPooling2D", IMG, 2, padding="same"),
    "MaxPooling3D": one("MaxPooling3D", VOL, 2),
    "Maximum": merged("Maximum"),
    "Minimum": merged("Minimum"),
    "MultiHeadAttention": attending("MultiHeadAttention", 2, 4),
    "Multiply": merged("Multiply"),
    "PReLU": one("PReLU", IMG, shared_axes=[1, 2]),
    "Permute": one("Permute", IMG, (3, 1, 2)),
    "ReLU": one("ReLU", ROW, max_value=0.5, negative_slope=0.1, threshold=0.05),
    "RepeatVector": one("RepeatVector", ROW, 3),
    "RMSNormalization": one("RMSNormalization", SEQ),
    "Rescaling": one("Rescaling", ROW, 2.0, offset=0.5),
    "Reshape": one("Reshape", ROW, (2, -1)),
    "SeparableConv1D": one("SeparableConv1D", SEQ, 4, 3, depth_multiplier=2),
    "SeparableConv2D": one("SeparableConv2D", IMG, 4, 3, padding="same"),
    "Softmax": one("Softmax", SEQ, axis=1),
    "SpatialDropout1D": one("SpatialDropout1D", SEQ, 0.4),
    "SpatialDropout2D": one("SpatialDropout2D", IMG, 0.4),
    "SpatialDropout3D": one("SpatialDropout3D", VOL, 0.4),
    "Subtract": merged("Subtract"),
    "UnitNormalization": one("UnitNormalization", SEQ),
    "UpSampling1D": one("UpSampling1D", SEQ, 2),
    "UpSampling2D": one("UpSampling2D", IMG, (2, 3), interpolation="bilinear"),
    "UpSampling3D": one("UpSampling3D", VOL, 2),
    "ZeroPadding1D": one("ZeroPadding1D", SEQ, 2),
    "ZeroPadding2D": one("ZeroPadding2D", IMG, ((1, 2), (0, 1))),
    "ZeroPadding3D": one("ZeroPadding3D", VOL, 1),
}
CASES.update(RECURRENT)
# Layers that Keras 3 no longer has, or has under the name of a like one.
OLD = {
    "CuDNNGRU": one("CuDNNGRU", SEQ, 4, return_sequences=True),
    "CuDNNLSTM": one("CuDNNLSTM", SEQ, 4),
    "LocallyConnected1D": one("LocallyConnected1D", SEQ, 4, 3, activation="relu"),
    "LocallyConnected2D": one("LocallyConnected2D", IMG, 3, (3, 2), strides=2),
    "ThresholdedReLU": one("ThresholdedReLU", ROW, 0.3),
}
ALL = {**CASES, **MODELS}

__all__ = ["ALL", "CASES", "DEFAULTS_DIFFER", "OLD"]
