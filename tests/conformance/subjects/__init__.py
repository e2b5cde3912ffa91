"""One module an adapter: every whole `Subject` in here is held to the contract."""

import inspect
from importlib import import_module
from pkgutil import iter_modules

from .subject import COUNT, EVENT_SECRET, MOST, NOW, Subject

__all__ = ["COUNT", "EVENT_SECRET", "MOST", "NOW", "SUBJECTS", "Subject"]


def _subjects():
    for each in iter_modules(__path__):
        module = import_module(f"{__name__}.{each.name}")
        for _name, found in inspect.getmembers(module, inspect.isclass):
            own = found.__module__ == module.__name__ and issubclass(found, Subject)
            if own and not inspect.isabstract(found):
                yield found()


SUBJECTS = {subject.code: subject for subject in _subjects()}
"""By code, which is the adapter's."""
