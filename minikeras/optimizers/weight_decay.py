"""Weight decay apart from the gradient (Loshchilov and Hutter, 2017): who is to lose how much."""

import re


class WeightDecay:
    """Mixin: the weight decay of each variable, from `weight_decay` and the exclusions."""

    def _start_weight_decay(self):
        self._undecayed = (frozenset(), None)

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Spare some variables the weight decay; to be called before `build`.

        Args:
            var_list: variables to spare.
            var_names: regular expressions; a variable is spared if one is found in its name.
        """
        if self.built:
            raise ValueError("exclude_from_weight_decay must be called before build.")
        pattern = re.compile("|".join(var_names)) if var_names else None
        self._undecayed = (frozenset(var_list or ()), pattern)

    def _weight_decay_of(self, variable):
        """Return the weight decay of one variable, 0.0 for none."""
        return self.weight_decay if self.weight_decay and not self._is_spared(variable) else 0.0

    def _is_spared(self, variable):
        spared, pattern = self._undecayed
        return variable in spared or bool(pattern and pattern.search(variable.name or ""))
