"""Import the SDK without what importing it does to everybody else's logging."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def undisturbed_logging() -> Iterator[None]:
    """What is configured of logging before is so again after.

    The SDK takes the handlers off every logger there is, the root among them, silences them below CRITICAL, and says so
    on standard output where the root shows INFO.
    """
    disabled = logging.root.manager.disable
    named = [logger for logger in logging.root.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    before = [(logger, logger.level, list(logger.handlers), logger.propagate) for logger in (logging.root, *named)]
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(disabled)
        for logger, level, handlers, propagate in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers
            logger.propagate = propagate
