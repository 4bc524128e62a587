// Gets a task and misses one, with stubs that were generated a moment ago.
import assert from "node:assert/strict";
import { credentials, Metadata, status } from "@grpc/grpc-js";
import type { ServiceError } from "@grpc/grpc-js";
import { Task, Task_State } from "./stubs/taskgateway/v1/task";
import { GetTaskRequest, TaskServiceClient } from "./stubs/taskgateway/v1/task_service";

const client = new TaskServiceClient(process.env.TASKGATEWAY_ADDRESS!, credentials.createInsecure());

function getTask(name: string): Promise<Task> {
  const request = GetTaskRequest.fromPartial({ name });
  const deadline = Date.now() + 20_000;
  return new Promise((resolve, reject) =>
    client.getTask(request, new Metadata(), { deadline }, (error, task) => (error ? reject(error) : resolve(task))),
  );
}

async function main() {
  const name = "sources/cloud-control/tasks/task-cc-failed";
  const task = await getTask(name);
  assert.equal(task.name, name);
  assert.equal(task.state, Task_State.FAILED);
  assert.equal(task.error?.rootCode, "InvalidRamUser.NoPermission");
  console.log(`GetTask: ${task.error.rootCode}: ${task.error.rootMessage}`);

  await assert.rejects(getTask("sources/cloud-control/tasks/task-none"), (error: ServiceError) => {
    assert.equal(error.code, status.NOT_FOUND);
    assert.equal(error.metadata.get("grpc-status-details-bin").length, 1);
    return true;
  });
  console.log("GetTask: NOT_FOUND, with details");
}

main().finally(() => client.close());
