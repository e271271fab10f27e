"""Models in files: HDF5 of every Keras, and the formats of Keras 3."""
