"""multi_gpu_model, which needs what is not here."""


def multi_gpu_model(model, gpus=None, cpu_merge=True, cpu_relocation=False):
    """Refuse: there are no GPUs here to spread a model over.

    Raises:
        ValueError: always, with what to do instead.
    """
    raise ValueError(
        f"multi_gpu_model(gpus={gpus!r}): minikeras computes on the CPU, where NumPy uses all "
        "cores already. Leave multi_gpu_model out and train the model itself: the results are the "
        "same."
    )
