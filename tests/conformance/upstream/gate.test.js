'use strict';
// What stands in front of both APIs: signatures, keys, dates, throttling.
const assert = require('node:assert');
const { after, afterEach, before, test } = require('node:test');
const catalog = require('@alicloud/servicecatalog20210901');
const { RetryCondition, RetryOptions } = require('@darabonba/typescript');
const { Simulator, KEY, STS_KEY } = require('./simulator');

let simulator;
before(async () => { simulator = await Simulator.start(); });
after(async () => assert.strictEqual(await simulator.stop(), 0));
afterEach(async () => {
  await simulator.control('DELETE', 'faults');
  await simulator.control('PUT', 'clock', { offset: '0s' });
});

// Both APIs refuse in the same words.
const calls = {
  cloud_control: (options) => simulator.cloudControl('GetTask', 'task-cc-running', options),
  service_catalog: (options) => simulator.serviceCatalog(options).getTask(
    new catalog.GetTaskRequest({ taskId: 'task-sc-running' })),
};

for (const [api, call] of Object.entries(calls)) {
  test(`${api}: a wrong secret is SignatureDoesNotMatch with the server's string to sign`, async () => {
    await assert.rejects(call({ key: { ...KEY, accessKeySecret: 'wrong' } }), (error) => {
      assert.strictEqual(error.name, 'ClientError');
      assert.strictEqual(error.code, 'SignatureDoesNotMatch');
      assert.match(error.message, /server StringToSign is \[ACS3-HMAC-SHA256\n[0-9a-f]{64}\]/);
      return true;
    });
  });

  test(`${api}: an unknown access key is InvalidAccessKeyId.NotFound`, async () => {
    await assert.rejects(call({ key: { ...KEY, accessKeyId: 'nobody' } }),
      { name: 'ClientError', code: 'InvalidAccessKeyId.NotFound', statusCode: 404 });
  });

  for (const offset of ['16m', '-16m']) {
    test(`${api}: a date that is off by ${offset} is InvalidTimeStamp.Expired`, async () => {
      await simulator.control('PUT', 'clock', { offset });
      await assert.rejects(call(), { name: 'ClientError', code: 'InvalidTimeStamp.Expired', statusCode: 400 });
    });
  }

  test(`${api}: a date within the window passes`, async () => {
    await simulator.control('PUT', 'clock', { offset: '-14m' });
    await call();
  });

  test(`${api}: a foreign or missing token is refused`, async () => {
    await assert.rejects(call({ key: { ...STS_KEY, securityToken: 'foreign' } }),
      { code: 'InvalidSecurityToken.MismatchWithAccessKey' });
    await assert.rejects(call({ key: { ...STS_KEY, securityToken: undefined } }), { code: 'MissingSecurityToken' });
  });

  test(`${api}: an expired token is InvalidSecurityToken.Expired`, async () => {
    const key = { accessKeyId: `STS.${api}`, accessKeySecret: 's', securityToken: 't' };
    await simulator.control('POST', 'access_keys', { id: key.accessKeyId, secret: 's', token: 't', expires_after: '0s' });
    await assert.rejects(call({ key }), { code: 'InvalidSecurityToken.Expired' });
  });

  test(`${api}: throttling names its wait in milliseconds`, async () => {
    await simulator.control('POST', 'faults', {
      match: { api, action: 'GetTask' },
      count: 1,
      error: { status: 429, code: 'Throttling.User', message: 'Request was denied due to user flow control.' },
      headers: { 'x-acs-retry-after': '250' },
    });
    await assert.rejects(call(), { name: 'ThrottlingError', code: 'Throttling.User', retryAfter: 250, statusCode: 429 });
    await call();
  });

  test(`${api}: a 5xx is a ServerError`, async () => {
    await simulator.control('POST', 'faults', { error: { status: 503, code: 'ServiceUnavailable' } });
    await assert.rejects(call(), { name: 'ServerError', code: 'ServiceUnavailable', statusCode: 503 });
  });
}

test('a retry has a new nonce, and the ledger knows it from its headers', async () => {
  await simulator.control('DELETE', 'ledger');
  await simulator.control('POST', 'faults', { count: 1, error: { status: 503, code: 'ServiceUnavailable' } });
  const retryOptions = new RetryOptions({
    retryable: true,
    retryCondition: [new RetryCondition({ maxAttempts: 3, exception: [], errorCode: ['ServiceUnavailable'] })],
  });
  await simulator.cloudControl('GetTask', 'task-cc-running', { retryOptions });
  const { entries, counts } = await simulator.control('GET', 'ledger');
  assert.deepStrictEqual(entries.map((entry) => entry.http_status), [503, 200]);
  assert.notStrictEqual(entries[0].nonce, entries[1].nonce);
  assert.deepStrictEqual(entries.map((entry) => entry.retry_attempts), [undefined, '1']);
  assert.deepStrictEqual(counts, [
    { api: 'cloud_control', action: 'GetTask', http_status: 200, count: 1 },
    { api: 'cloud_control', action: 'GetTask', http_status: 503, count: 1 },
  ]);
});

test('an operation that does not exist is InvalidApi.NotFound', async () => {
  await assert.rejects(simulator.serviceCatalog().listRegions(), { code: 'InvalidApi.NotFound', statusCode: 404 });
});
