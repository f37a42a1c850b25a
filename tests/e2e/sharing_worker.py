"""`python -m tests.e2e.sharing_worker`: a process that posts every partition of `Shared`, over and over, to be killed.

Batches are small, so that it is nearly always in the middle of one; infrastructure that fails is tried again, as
Celery's task does.
"""

import random
import time
from contextlib import suppress

import django

BATCH, PAUSE = 10, 0.02


def main():
    django.setup()
    from projections.catch_up import catch_up
    from projections.posting import INFRASTRUCTURE
    from tests.projections.helpers import Shared

    while True:
        for partition in random.sample(range(Shared.partitions), Shared.partitions):
            with suppress(*INFRASTRUCTURE):
                catch_up(Shared(), partition, batch_size=BATCH)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
