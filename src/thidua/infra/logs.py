"""How the program writes its log: one line an event, faults with a plain traceback, nobody's values."""

import structlog


def plain_logs() -> None:
    """Write lines without colours, and tracebacks without the values of variables: those may be secret."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )
