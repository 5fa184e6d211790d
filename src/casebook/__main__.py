"""The program: what the script ``casebook`` and ``python -m casebook`` run.

Each process that reads documents imports the program's main module once more, for multiprocessing
does so. It needs none of the commands: they would take 40 ms and 9 MB there.
"""


def main() -> None:
    """Run the command line; signals that ask it to end wait until there is who tells of them."""
    # Built in: ``signal`` itself has to be imported first.
    import _signal  # type: ignore[import-not-found]

    signs = {_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP}
    before = _signal.pthread_sigmask(_signal.SIG_BLOCK, signs)
    from casebook.cli.stopping import told

    with told():
        _signal.pthread_sigmask(_signal.SIG_SETMASK, before)
        from casebook.runtime.heaps import keep_heap_small

        keep_heap_small()  # before the first thread: what is imported starts some
        from casebook.cli.main import main as run

        run()


if __name__ == "__main__":
    main()
