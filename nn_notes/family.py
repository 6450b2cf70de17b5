"""A family: members that go by name and parameters, as ``relu`` or ``leaky_relu(slope=0.1)`` would.

``save``, ``repr`` and error messages use these words, and wherever a member is wanted, they stand for it.
"""

import re

from .validate import described

__all__ = ["Member", "member"]


class Member:
    """One of a family. It is what its class and its parameters say, whichever object it is: a copy is the same.

    Its parameters are its attributes: real numbers, each set by the argument of that name, which has a default.
    """

    def __init_subclass__(cls):
        # CrossEntropy is cross_entropy, and ReLU relu; who is called otherwise says so.
        if "name" not in vars(cls):
            cls.name = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", cls.__name__).lower()

    def __repr__(self):
        parameters = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{self.name}({parameters})" if parameters else self.name

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self):
        return hash(type(self))


def member(argument, value, family, kind):
    """The member of a family that ``value`` is, or that it names.

    Args:
        argument: what the caller calls it, for the error.
        value: an object of that ``kind``, of the family or of the user's own; or text, as ``repr`` has it.
        family: a dict from names to members.
        kind: the class of all of them.

    Raises:
        TypeError: neither.
        ValueError: a name that is not known, or parameters that this member has not.
    """
    if isinstance(value, kind):
        return value
    if not isinstance(value, str):
        raise TypeError(
            f"{argument} is {described(value)}; it needs one of {', '.join(family)}, by name or as an object"
        )
    name, _, parameters = value.removesuffix(")").partition("(")
    if name not in family:
        raise ValueError(f"{argument} is {value!r}; it needs one of {', '.join(family)}")
    if name == value:
        return family[name]
    try:
        given = dict(pair.split("=") for pair in parameters.split(", "))
        return type(family[name])(**{key: float(number) for key, number in given.items()})
    except (TypeError, ValueError) as error:
        raise ValueError(f"{argument} is {value!r} ({error}); it needs to be like {family[name]}") from error
