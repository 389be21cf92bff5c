"""The network to a database: `python -m benchmarks.soak.run_network URL`.

It prints the URL that leads through the network. A line of input, `lose` or `delay`, begins a fault; any line ends it.
"""

import sys

from tests.support.silent_network import connecting

if __name__ == "__main__":
    with connecting(sys.argv[1]) as _network:
        sys.stdout.write(f"{_network.url}\n")
        sys.stdout.flush()
        for _line in iter(sys.stdin.readline, ""):
            with _network.losing() if _line.strip() == "lose" else _network.delaying():
                sys.stdin.readline()
