"""Gets a task and misses one, with stubs that were generated a moment ago."""

import os

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from taskgateway.v1 import task_pb2, task_service_pb2, task_service_pb2_grpc

FAILED = "sources/cloud-control/tasks/task-cc-failed"


def get_task(service):
    task = service.GetTask(task_service_pb2.GetTaskRequest(name=FAILED), timeout=20)
    assert task.name == FAILED, task
    assert task.state == task_pb2.Task.FAILED and task.done, task
    assert task.error.root_code == "InvalidRamUser.NoPermission", task
    print(f"GetTask: {task.error.root_code}: {task.error.root_message}")


def miss_a_task(service):
    request = task_service_pb2.GetTaskRequest(name="sources/cloud-control/tasks/task-none")
    try:
        service.GetTask(request, timeout=20)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND, error
        details = {detail.TypeName(): detail for detail in rpc_status.from_call(error).details}
    else:
        raise AssertionError("a task that does not exist was found")

    error_info = error_details_pb2.ErrorInfo()
    assert details["google.rpc.ErrorInfo"].Unpack(error_info)
    assert error_info.reason == "TASK_NOT_FOUND", error_info
    resource_info = error_details_pb2.ResourceInfo()
    assert details["google.rpc.ResourceInfo"].Unpack(resource_info)
    assert resource_info.resource_name == request.name, resource_info
    print(f"GetTask: NOT_FOUND {error_info.reason} of {resource_info.resource_name}")


with grpc.insecure_channel(os.environ["TASKGATEWAY_ADDRESS"]) as channel:
    stub = task_service_pb2_grpc.TaskServiceStub(channel)
    get_task(stub)
    miss_a_task(stub)
