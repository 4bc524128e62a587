'use strict';
const assert = require('node:assert');
const { after, before, test } = require('node:test');
const catalog = require('@alicloud/servicecatalog20210901');
const { Simulator, STS_KEY } = require('./simulator');

let simulator;
before(async () => { simulator = await Simulator.start(); });
after(async () => assert.strictEqual(await simulator.stop(), 0));

const getTask = (taskId, options) => simulator.serviceCatalog(options).getTask(new catalog.GetTaskRequest({ taskId }));

for (const tls of [false, true]) {
  test(`getTask answers every documented field, ${tls ? 'TLS' : 'plain'}`, async () => {
    const { body } = await getTask('task-sc-succeeded', { tls });
    const detail = body.taskDetail;
    assert.match(body.requestId, /^[0-9A-F-]{36}$/);
    for (const field of Object.keys(catalog.GetTaskResponseBodyTaskDetail.names())) {
      assert.notStrictEqual(detail[field], undefined, field);
    }
    assert.strictEqual(detail.status, 'Succeeded');
    assert.strictEqual(detail.provisionedProductId, 'pp-demo');
    assert.deepStrictEqual(detail.log.terraformLogs.map((entry) => entry.command), ['init', 'plan', 'apply']);
    assert.strictEqual(detail.outputs[0].outputValue, 'i-simulated');
    assert.strictEqual(detail.taskTags[0].key, 'made-by');
  });
}

test('temporary keys work', async () => {
  assert.strictEqual((await getTask('task-sc-failed', { key: STS_KEY })).body.taskDetail.status, 'Failed');
});

test('an unknown task is a client error', async () => {
  await assert.rejects(getTask('task-nowhere'), { name: 'ClientError', code: 'InvalidTask.NotFound', statusCode: 404 });
});

test('listTasks pages newest first and leaves tags out', async () => {
  const page = async (pageNumber) => (await simulator.serviceCatalog().listTasks(new catalog.ListTasksRequest({
    provisionedProductId: 'pp-demo', sortBy: 'CreateTime', sortOrder: 'Desc', pageNumber, pageSize: 2,
  }))).body;
  const pages = [await page(1), await page(2), await page(3)];
  assert.deepStrictEqual(pages.map((p) => [p.totalCount, p.pageNumber, p.pageSize]), [[3, 1, 2], [3, 2, 2], [3, 3, 2]]);
  assert.deepStrictEqual(pages.flatMap((p) => p.taskDetails.map((task) => task.taskId)),
    ['task-sc-running', 'task-sc-failed', 'task-sc-succeeded']);
  assert.strictEqual(pages[0].taskDetails[0].taskTags, undefined);
});

test('listTasks needs a provisioned product that exists', async () => {
  const list = (provisionedProductId) =>
    simulator.serviceCatalog().listTasks(new catalog.ListTasksRequest({ provisionedProductId }));
  await assert.rejects(list(undefined), { code: 'MissingProvisionedProductId' });
  await assert.rejects(list('pp-nowhere'), { code: 'InvalidProvisionedProduct.NotFound' });
});

test('getProvisionedProduct names its latest tasks', async () => {
  const { body } = await simulator.serviceCatalog().getProvisionedProduct(
    new catalog.GetProvisionedProductRequest({ provisionedProductId: 'pp-demo' }));
  const detail = body.provisionedProductDetail;
  assert.strictEqual(detail.lastTaskId, 'task-sc-running');
  assert.strictEqual(detail.lastProvisioningTaskId, 'task-sc-running');
  assert.strictEqual(detail.lastSuccessfulProvisioningTaskId, 'task-sc-succeeded');
  assert.strictEqual(detail.status, 'UnderChange');
});

test('launchProduct returns no task id; its task shows up later with the parameters of the launch', async () => {
  await simulator.control('PUT', 'launch', {
    task_at_request: 2, steps: [{ status: 'InProgress' }, { at_request: 2, status: 'Succeeded' }],
  });
  const client = simulator.serviceCatalog();
  const { body } = await client.launchProduct(new catalog.LaunchProductRequest({
    productId: 'prod-1',
    productVersionId: 'pv-1',
    provisionedProductName: 'DEMO 实例 a+b',
    stackRegionId: 'cn-hangzhou',
    parameters: [
      new catalog.LaunchProductRequestParameters({ parameterKey: 'instance_type', parameterValue: 'ecs.s6-c1m1.small' }),
      new catalog.LaunchProductRequestParameters({ parameterKey: 'note', parameterValue: 'a b&c=d+e' }),
    ],
    tags: [new catalog.LaunchProductRequestTags({ key: 'k1', value: 'v1' })],
  }));
  assert.deepStrictEqual(Object.keys(JSON.parse(JSON.stringify(body))).sort(), ['provisionedProductId', 'requestId']);

  const product = async () => (await client.getProvisionedProduct(new catalog.GetProvisionedProductRequest({
    provisionedProductId: body.provisionedProductId,
  }))).body.provisionedProductDetail;
  const early = await product();
  assert.strictEqual(early.lastTaskId, undefined);
  assert.strictEqual(early.status, 'UnderChange');
  const { lastTaskId } = await product();

  const first = (await getTask(lastTaskId)).body.taskDetail;
  assert.strictEqual(first.status, 'InProgress');
  assert.strictEqual(first.provisionedProductName, 'DEMO 实例 a+b');
  assert.deepStrictEqual(first.parameters.map((p) => [p.parameterKey, p.parameterValue]),
    [['instance_type', 'ecs.s6-c1m1.small'], ['note', 'a b&c=d+e']]);
  assert.deepStrictEqual(first.taskTags.map((t) => [t.key, t.value]), [['k1', 'v1']]);
  assert.strictEqual((await getTask(lastTaskId)).body.taskDetail.status, 'Succeeded');
  assert.strictEqual((await product()).status, 'Available');
});

test('a log of 5 MiB arrives whole', async () => {
  await simulator.control('POST', 'tasks', {
    api: 'service_catalog', id: 'task-log', steps: [{ status: 'Succeeded' }], log: { entries: 3, end_bytes: '5MiB' },
  });
  const { body } = await getTask('task-log');
  const size = body.taskDetail.log.terraformLogs.reduce((sum, entry) => sum + Buffer.byteLength(entry.content), 0);
  assert.ok(size <= 5 << 20 && size > (5 << 20) - 12, String(size));
});
