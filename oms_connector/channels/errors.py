"""What can go wrong at the border, in classes.

Every failure of a channel ends as one of these, and the class alone decides what
happens next: wait and try again, give up, pause the channel, or show the payload.
Messages are written for a person and never contain a credential.
"""

from collections.abc import Iterable
from contextlib import contextmanager

from .text import Text

LONGEST_DETAIL = 500


class ChannelError(Exception):
    """Base of all channel errors.

    :param str message: what happened, in words for a person; best a `Text`
    :param str detail: the channel's own answer, shortened and free of secrets
    """

    code = "error"

    def __init__(self, message: str, *, detail: str = ""):
        super().__init__(message)
        self.message = message
        self.detail = detail

    @property
    def text(self) -> str:
        """What happened, with the channel's own answer where there is one."""
        if not self.detail:
            return self.message
        return Text("%(message)s: %(detail)s", message=self.message, detail=self.detail)

    def __str__(self):
        return str(self.text)


class Retryable(ChannelError):
    """The same request may succeed later: time-out, cut connection, 429, 5xx.

    :param float retry_after: seconds that the channel asks us to wait, or None
    """

    code = "retryable"

    def __init__(self, message, *, detail="", retry_after: float | None = None):
        super().__init__(message, detail=detail)
        self.retry_after = retry_after


class Unavailable(Retryable):
    """The channel itself is in trouble: time-out, cut connection, 5xx.

    Enough of these in a row, and it is left alone for a while.
    """


class Throttled(Retryable):
    """The account has asked enough for now: 429, or our own limit. Nobody's failure."""


class Rejected(ChannelError):
    """The channel understood and refused (4xx). Never repeated unchanged."""

    code = "rejected"


class Unsupported(Rejected):
    """The channel has no such operation; asking for it is a fault on our side."""

    code = "unsupported"


class Unauthorised(ChannelError):
    """The channel does not accept our credentials: pause it and tell a person."""

    code = "unauthorised"


class Malformed(ChannelError):
    """The channel sent something that cannot be understood."""

    code = "malformed"


class Incomplete(Malformed):
    """Settings of the channel are missing or wrong.

    :param names: of these settings
    """

    def __init__(self, message: str, *, detail: str = "", names: Iterable[str] = ()):
        super().__init__(message, detail=detail)
        self.names = tuple(names)


NOT_AS_EXPECTED = (
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    ValueError,
    RecursionError,
)
"""What Python raises over content that has another form than we take it to have."""


@contextmanager
def understanding(what: str):
    """Whatever is wrong with the content that is mapped in here is `Malformed`.

    :param str what: says that it is not as expected, best a `Text`
    """
    try:
        yield
    except NOT_AS_EXPECTED as error:
        raise Malformed(
            what, detail=f"{type(error).__name__}: {error}"[:LONGEST_DETAIL]
        ) from None
