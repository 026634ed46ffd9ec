"""What :mod:`leadloop.cli.bench.inside` runs. Options and answers are plain data."""
