"""The border: channels, the documents they exchange with us, and how we reach them.

Nothing here imports Odoo.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from .adapter import ChannelAdapter


@cache
def adapters() -> dict[str, type[ChannelAdapter]]:
    """Every adapter by its code: one for each folder in here."""
    found = (
        import_module(f".{module.name}.adapter", __name__).Adapter
        for module in iter_modules(__path__)
        if module.ispkg
    )
    return {adapter.code: adapter for adapter in found}
