"""PendingUpdate: a step that is described now and taken when a function is called."""


class PendingUpdate:
    """What `get_updates` returns in a list, to be handed to `K.function(updates=)`.

    Attributes:
        optimizer: it takes the step.
        loss: symbolic tensor to be made smaller.
        params: list of the variables to be moved.
    """

    def __init__(self, optimizer, loss, params):
        self.optimizer = optimizer
        self.loss = loss
        self.params = params

    @classmethod
    def from_arguments(cls, optimizer, loss, params, constraints):
        """Sort out the arguments of `get_updates`, which came in other orders in older versions.

        Those were (params, constraints, loss) and (params, loss). Variables bring their
        constraints along.

        Raises:
            TypeError: no loss that is a symbolic tensor, or no list of variables.
        """
        if isinstance(loss, (list, tuple)):
            third = params is None or isinstance(params, (list, tuple, dict))
            last = constraints if third else params
            loss, params, constraints = last, loss, None
        if not getattr(loss, "symbolic", False):
            raise TypeError(
                f"get_updates() needs a symbolic loss, for K.function, but got "
                f"{type(loss).__name__}. A loss that has been computed is followed at once: "
                "optimizer.apply(optimizer.get_gradients(loss, params), params)."
            )
        if not isinstance(params, (list, tuple)) or not params:
            raise TypeError("get_updates() needs params, the list of variables to be moved.")
        if constraints:
            raise TypeError(
                "get_updates() takes no constraints of its own: give them to the layers whose "
                "weights they are for."
            )
        return cls(optimizer, loss, list(params))
