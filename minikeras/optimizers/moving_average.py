"""An exponential moving average of the variables, which may take their place (`use_ema`)."""

import numpy as np


class MovingAverage:
    """Mixin: follows the variables with their averages.

    Uses `use_ema`, `ema_momentum`, `ema_overwrite_frequency` and `_averages` of the optimizer.
    """

    def _follow(self, variables):
        """Move the averages of `variables`; return whether these have been overwritten by them."""
        updates = self._updates_done()
        momentum = self.ema_momentum if updates else 0.0
        for variable in variables:
            average = self._averages[self._index[variable]].data
            np.multiply(average, momentum, out=average)
            np.add(average, (1.0 - momentum) * variable.data, out=average)
        frequency = self.ema_overwrite_frequency
        if not frequency or (updates + 1) % frequency:
            return False
        self.finalize_variable_values(variables)
        return True

    def finalize_variable_values(self, var_list):
        """With `use_ema`, give each variable of a list the value of its moving average.

        A training loop calls this when it ends. Variables that were never trained stay.
        """
        if self.use_ema:
            for variable in var_list:
                if variable in self._index:
                    variable.assign(self._averages[self._index[variable]].data)
