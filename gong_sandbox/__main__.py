"""The entry point of `gong-sandbox`, which imports only the standard library itself."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line, or say which extra to install if a dependency is missing."""
    try:
        from gong_sandbox import cli  # noqa: PLC0415 - imports what only the extra installs
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("gong_sandbox"):
            raise
        sys.exit(
            f"gong-sandbox: missing dependency {error.name!r};"
            " run: pip install 'tap-gong-stats[sandbox]'"
        )
    cli.main()


if __name__ == "__main__":
    main()
