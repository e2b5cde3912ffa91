"""Worker processes for work inside Odoo, as its job runner would use them."""

import multiprocessing
import os
import time
import traceback

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job
from odoo.modules.registry import Registry
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

FORK = multiprocessing.get_context("fork")
GLANCE = 0.01
"""Seconds after which a worker without a job looks for one again."""


class Workers:
    """Processes that share tasks: each takes the next one as soon as it is free.

    They are forked, so that they begin as warm as the process that makes them, whose
    cursor must hold no transaction by then.
    """

    def __init__(self, database: str, count: int):
        self._database, self._count = database, count
        self._tasks, self._answers = FORK.SimpleQueue(), FORK.SimpleQueue()
        self._processes = [FORK.Process(target=self._work) for _ in range(count)]

    def __enter__(self):
        for process in self._processes:
            process.start()
        return self

    def __exit__(self, *_exception):
        for process in self._processes:
            process.terminate()
            process.join()

    def call(self, function, calls) -> tuple[float, int]:
        """Call a function of an environment once for each tuple of arguments.

        Each call is committed by itself, and begun anew where the database says that
        another one was faster.

        :return: the seconds until the last one was done, and how many began anew
        :raise RuntimeError: a call failed; with its traceback
        """
        return self.run([(_committed, function, *arguments) for arguments in calls])

    def work_off(self, *models: str) -> tuple[float, int]:
        """Do the waiting jobs of these models, and those that they make in turn.

        :return: as of `call`
        """
        return self.run([(work_off, models)] * self._count)

    def run(self, tasks):
        """Do tasks: tuples of a function of a registry, and its further arguments.

        Each returns how often it had to begin anew.

        :return: as of `call`
        """
        started = time.perf_counter()
        for task in tasks:
            self._tasks.put(task)
        answers = [self._answers.get() for _ in tasks]
        seconds = time.perf_counter() - started
        for answer in answers:
            if isinstance(answer, str):
                raise RuntimeError(answer)
        return seconds, sum(answers)

    def _work(self):
        # The connections that came along belong to the process that made this one.
        odoo.sql_db._Pool = None
        registry = Registry(self._database)
        registry._db = odoo.sql_db.db_connect(self._database)
        while True:
            task, *arguments = self._tasks.get()
            try:
                self._answers.put(task(registry, *arguments))
            except Exception:
                self._answers.put(
                    f"in process {os.getpid()}:\n{traceback.format_exc()}"
                )


def _committed(registry, function, *arguments) -> int:
    """Call in a transaction of its own; returns how often it had to begin anew."""
    again = 0
    while True:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            try:
                function(env, *arguments)
                env.flush_all()
                cr.commit()
                return again
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                cr.rollback()
                again += 1


def work_off(registry, models) -> int:
    """Do jobs until none is left; returns how many had to begin anew."""
    again = 0
    while True:
        with registry.cursor() as cr:
            uuid = _begin(cr, models)
            if uuid:
                again += not _perform(cr, uuid)
            elif not _has_jobs(cr, models):
                return again
        if not uuid:
            time.sleep(GLANCE)


def _begin(cr, models) -> str | None:
    """Begin the next job that is due, as the job runner does: committed by itself."""
    try:
        cr.execute(
            """
            UPDATE queue_job SET state = 'started' WHERE uuid = (
                SELECT uuid FROM queue_job
                WHERE state = 'pending' AND model_name IN %s
                  AND (eta IS NULL OR eta <= now() AT TIME ZONE 'utc')
                ORDER BY eta NULLS FIRST, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING uuid
            """,
            (models,),
            log_exceptions=False,
        )
        found = cr.fetchone()
        cr.commit()
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        cr.rollback()
        return None
    return found and found[0]


def _has_jobs(cr, models) -> bool:
    """Whether jobs wait, or are being done and may make others."""
    cr.execute(
        "SELECT FROM queue_job WHERE state IN ('pending', 'started')"
        " AND model_name IN %s LIMIT 1",
        (models,),
    )
    return bool(cr.rowcount)


def _perform(cr, uuid: str) -> bool:
    """Do a job; returns whether it is done, and need not begin anew."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    try:
        job = Job.load(env, uuid)
        job.perform()
        job.set_done()
        job.store()
        env.flush_all()
        cr.commit()
        return True
    except RetryableJobError as error:
        wait = error.seconds or 1
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        wait = 0
    cr.rollback()
    cr.execute(
        "UPDATE queue_job SET state = 'pending',"
        " eta = now() AT TIME ZONE 'utc' + %s * interval '1 s' WHERE uuid = %s",
        (wait, uuid),
    )
    cr.commit()
    return False
