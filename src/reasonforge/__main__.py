from reasonforge.entrypoints.cli import run

if __name__ == "__main__":
    run()
