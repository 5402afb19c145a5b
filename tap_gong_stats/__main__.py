"""The entry point, which imports nothing before Ctrl-C ends the process without a traceback."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line."""
    # The imports take a second. The tap has a handler of its own.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not under nohup
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from tap_gong_stats.command import main as run_command  # noqa: PLC0415 - see above

    run_command()


if __name__ == "__main__":
    main()
