"""The program: what the script ``casebook`` and ``python -m casebook`` run.

Each process that reads documents imports the program's main module once more, for multiprocessing
does so. It needs none of the commands: they would take 40 ms and 9 MB there.
"""


def main() -> None:
    """Run the command line."""
    from casebook.cli.stopping import told

    with told():
        from casebook.cli.main import main as run

        run()


if __name__ == "__main__":
    main()
