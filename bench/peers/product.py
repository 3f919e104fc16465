"""PyTorch's product of two matrices: the best of small ones, and samples of large ones."""
import argparse
import time

from serve import add_options, blas, load_torch, serve, timed

SMALL, LARGE = 256, 2048


def best_small(torch):
    """The best GFLOP/s of products that take a fraction of a millisecond: a busy machine leaves some undisturbed."""
    a, b = torch.randn(SMALL, SMALL), torch.randn(SMALL, SMALL)
    start, best = time.perf_counter(), float('inf')
    while time.perf_counter() - start < 1:
        best = min(best, timed(lambda: torch.mm(a, b), 1))
    return 2 * SMALL**3 / best / 1e9


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    _, torch = load_torch(parser.parse_args().threads)
    a, b = torch.randn(LARGE, LARGE), torch.randn(LARGE, LARGE)
    version, small = torch.__version__, best_small(torch)
    serve(lambda: torch.mm(a, b), 1, None, version, blas(), least=1, bestProduct=small)


main()
