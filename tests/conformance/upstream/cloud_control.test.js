'use strict';
const assert = require('node:assert');
const { after, before, test } = require('node:test');
const { Simulator, STS_KEY } = require('./simulator');

let simulator;
before(async () => { simulator = await Simulator.start(); });
after(async () => assert.strictEqual(await simulator.stop(), 0));

for (const tls of [false, true]) {
  test(`GetTask answers every documented field, ${tls ? 'TLS' : 'plain'}`, async () => {
    const { statusCode, headers, body } = await simulator.cloudControl('GetTask', 'task-cc-succeeded', { tls });
    assert.strictEqual(statusCode, 200);
    assert.strictEqual(headers['x-acs-request-id'], body.requestId);
    assert.match(body.task.createTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    delete body.task.createTime;
    assert.deepStrictEqual(body.task, {
      product: 'ECS',
      regionId: 'cn-beijing',
      resourceId: 'i-8vbascjthm7kzhp3',
      resourcePath: 'Instance/i-8vbascjthm7kzhp3',
      resourceType: 'Instance',
      status: 'Succeeded',
      taskAction: 'Create',
      taskId: 'task-cc-succeeded',
    });
  });
}

test('a failed task buries its error in the message', async () => {
  const { body } = await simulator.cloudControl('GetTask', 'task-cc-failed');
  assert.strictEqual(body.task.error.code, 'OperationFailure.OperationFailed');
  assert.strictEqual(JSON.parse(body.task.error.message).errorCode, 'InvalidRamUser.NoPermission');
});

test('a task id may need percent encoding', async () => {
  const id = 'Task/ü 任务~1+2';
  await simulator.control('POST', 'tasks', { api: 'cloud_control', id, steps: [{ status: 'Running' }] });
  assert.strictEqual((await simulator.cloudControl('GetTask', id)).body.task.taskId, id);
});

test('temporary keys work', async () => {
  const { body } = await simulator.cloudControl('GetTask', 'task-cc-running', { key: STS_KEY });
  assert.strictEqual(body.task.status, 'Running');
});

test('CancelTask cancels a running task, and refuses a finished one', async () => {
  await simulator.control('POST', 'tasks', { api: 'cloud_control', id: 'task-cancel', steps: [{ status: 'Running' }] });
  const { statusCode, body } = await simulator.cloudControl('CancelTask', 'task-cancel');
  assert.strictEqual(statusCode, 200);
  assert.deepStrictEqual(Object.keys(body), ['requestId']);
  const states = [];
  for (let i = 0; i < 3; ++i) states.push((await simulator.cloudControl('GetTask', 'task-cancel')).body.task.status);
  assert.deepStrictEqual(states, ['Cancelling', 'Cancelled', 'Cancelled']);
  await assert.rejects(simulator.cloudControl('CancelTask', 'task-cancel'), {
    name: 'ClientError', code: 'InvalidOperation.InvalidTaskStatus', statusCode: 400,
  });
});

test('an unknown task is a client error with the code of the documentation', async () => {
  await assert.rejects(simulator.cloudControl('GetTask', 'task-nowhere'), {
    name: 'ClientError', code: 'InvalidTask.NotFound', statusCode: 400,
  });
});
