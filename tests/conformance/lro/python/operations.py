"""Follows, cancels and lists tasks with google-api-core, which knows google.longrunning.Operations alone."""

import os

import grpc
from google.api_core import exceptions, operation, operations_v1
from taskgateway.v1 import task_pb2


def future(client, task):
    """The future that a generated client would have answered with."""
    return operation.from_gapic(
        client.get_operation(f"sources/{task}"), client, task_pb2.Task, metadata_type=task_pb2.Task
    )


def result_of_a_task_at_work(client):
    done = future(client, "cloud-control/operations/task-cc-progress")
    assert not done.done(), "it takes 15 s"
    assert done.metadata.name == "sources/cloud-control/tasks/task-cc-progress", done.metadata
    task = done.result(timeout=60)
    assert task.state == task_pb2.Task.SUCCEEDED, task
    assert done.metadata.state == task_pb2.Task.SUCCEEDED, done.metadata
    print(f"result: {task.name} {task_pb2.Task.State.Name(task.state)}")


def exception_of_a_failed_task(client):
    error = future(client, "cloud-control/operations/task-cc-failed").exception(timeout=20)
    assert isinstance(error, exceptions.PermissionDenied), repr(error)
    assert "not authorized" in error.message, error
    print(f"exception: {error!r}")


def cancel(client):
    cancelled = future(client, "cloud-control/operations/task-cc-pending")
    assert cancelled.running() and cancelled.cancel()
    error = cancelled.exception(timeout=20)
    assert isinstance(error, exceptions.Cancelled), repr(error)
    assert cancelled.cancelled()
    client.cancel_operation("sources/cloud-control/operations/task-cc-pending")  # what has ended: OK
    print("cancel: CANCELLED")


def pages_of_a_list(client):
    listed = list(client.list_operations("sources/service-catalog", 'provisioned_product_id="pp-demo"'))
    names = [one.name.rpartition("/")[2] for one in listed]
    assert sorted(names) == ["task-sc-failed", "task-sc-running", "task-sc-succeeded"], names
    assert {one.done for one in listed} == {True, False}
    print(f"list: {names}")


def misses(client):
    for call, error in (
        (lambda: client.get_operation("sources/cloud-control/operations/task-none"), exceptions.NotFound),
        (lambda: client.delete_operation("sources/cloud-control/operations/task-cc-failed"), exceptions.MethodNotImplemented),
        (lambda: list(client.list_operations("sources/service-catalog", "done=true")), exceptions.InvalidArgument),
    ):
        try:
            call()
        except error as expected:
            print(f"{type(expected).__name__}: {expected.reason}")
        else:
            raise AssertionError(f"{error.__name__} was expected")


with grpc.insecure_channel(os.environ["TASKGATEWAY_ADDRESS"]) as channel:
    operations = operations_v1.OperationsClient(channel)
    exception_of_a_failed_task(operations)
    cancel(operations)
    pages_of_a_list(operations)
    misses(operations)
    result_of_a_task_at_work(operations)
