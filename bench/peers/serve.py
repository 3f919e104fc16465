"""What the programs in Python share: PyTorch at its best on the given threads, and the line protocol of system.ts."""
import ctypes
import json
import math
import os
import re
import resource
import sys
import time

# seconds that a sample takes at least, so that short steps are timed many at once
SAMPLE = 0.2


def say(line):
    print(json.dumps(line), flush=True)


def unavailable(reason):
    """Says why this peer cannot do the case, and ends."""
    say({'unavailable': reason})
    sys.exit(0)


def add_options(parser):
    """The options that every program takes."""
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--layout', choices=['nchw', 'channels_last'], default='nchw')


def load_torch(threads):
    """NumPy and PyTorch, which compute on this many threads, as does the BLAS whatever the environment said."""
    for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'BLIS_NUM_THREADS'):
        os.environ[name] = str(threads)
    try:
        import numpy
        import torch
    except ImportError as error:
        unavailable(f'{sys.executable} cannot import torch: {error}')
    torch.set_num_threads(threads)
    return numpy, torch


def blas():
    """The file of the BLAS that PyTorch's products call; the name in PyTorch's build where it links none."""
    import torch

    try:
        address = ctypes.cast(ctypes.CDLL(torch._C.__file__).sgemm_, ctypes.c_void_p).value
        with open('/proc/self/maps') as file:
            for line in file:
                first, last = (int(limit, 16) for limit in line.split()[0].split('-'))
                if first <= address < last:
                    return line.split(maxsplit=5)[5].strip()
    except (AttributeError, OSError):
        pass  # a static BLAS, or not Linux
    found = re.search(r'BLAS_INFO=(\w+)', torch.__config__.show())
    return found.group(1) if found else 'unknown'


def timed(step, times):
    """Seconds of one step, the mean of as many."""
    start = time.perf_counter()
    for _ in range(times):
        step()
    return (time.perf_counter() - start) / times


def warmed_up(step, least, seconds):
    """Warms up for this many steps and seconds, and returns how many steps make a sample."""
    start, done, times = time.perf_counter(), 0, 1
    while done < least or time.perf_counter() - start < seconds:
        mean = timed(step, times)
        done, times = done + times, max(1, math.ceil(SAMPLE / mean))
    return times


def serve(step, images, check, version, note, least=3, seconds=3, **more):
    """Answers the driver: `check` holds a list of numbers for each result, which all systems must agree on."""
    times = warmed_up(step, least, seconds)
    about = {'system': 'pytorch', 'version': version, 'note': note, 'slow': False, 'check': check}
    say({'ready': True, **about, **more})
    for line in sys.stdin:
        if line.strip() == 'exit':
            break
        say({'seconds': timed(step, times), 'images': images})
    say({'peakBytes': peak_bytes()})


def peak_bytes():
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == 'darwin' else peak * 1024
