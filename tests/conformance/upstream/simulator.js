'use strict';
// Starts tasksim (path in the environment variable TASKSIM) on free ports, and makes official clients that talk to it.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const { default: OpenApiClient, $OpenApiUtil } = require('@alicloud/openapi-core');
const { default: ServiceCatalogClient } = require('@alicloud/servicecatalog20210901');
const { RuntimeOptions } = require('@darabonba/typescript');

const KEY = { accessKeyId: 'contract', accessKeySecret: 'contract-secret/+=' };
const STS_KEY = { accessKeyId: 'STS.contract', accessKeySecret: 'sts-secret', securityToken: 'token+with/special=chars%2B==' };

class Simulator {
  static async start() {
    const simulator = new Simulator();
    simulator.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tasksim-'));
    const caFile = path.join(simulator.folder, 'ca.pem');
    simulator.process = spawn(process.env.TASKSIM, [
      '--ca-out', caFile,
      '--access-key', `${KEY.accessKeyId}:${KEY.accessKeySecret}`,
      '--access-key', `${STS_KEY.accessKeyId}:${STS_KEY.accessKeySecret}:${STS_KEY.securityToken}`,
    ], { stdio: ['ignore', 'pipe', 'inherit'] });
    simulator.exited = new Promise((resolve) => simulator.process.once('exit', resolve));
    const lines = readline.createInterface({ input: simulator.process.stdout })[Symbol.asyncIterator]();
    simulator.http = new URL((await lines.next()).value);
    simulator.https = new URL((await lines.next()).value);
    simulator.ca = fs.readFileSync(caFile, 'utf8');
    return simulator;
  }

  async stop() {
    this.process.kill('SIGTERM');
    const code = await this.exited;
    fs.rmSync(this.folder, { recursive: true });
    return code;
  }

  // A call of the control endpoint; throws what it complains about.
  async control(method, name, body) {
    const reply = await fetch(new URL(`/_simulator/${name}`, this.http), { method, body: body && JSON.stringify(body) });
    const answer = await reply.json();
    if (!reply.ok) throw new Error(answer.error);
    return answer;
  }

  config(key, tls, retryOptions) {
    const url = tls ? this.https : this.http;
    return new $OpenApiUtil.Config({
      ...key, endpoint: url.host, protocol: tls ? 'https' : 'http', regionId: 'cn-hangzhou', ca: tls ? this.ca : undefined,
      retryOptions,
    });
  }

  serviceCatalog({ key = KEY, tls = false } = {}) {
    return new ServiceCatalogClient(this.config(key, tls));
  }

  // Calls Cloud Control with the parameters of its own package, which is not published for Node.js as such.
  cloudControl(action, taskId, { key = KEY, tls = false, retryOptions } = {}) {
    const task = `/api/v1/tasks/${encodeURIComponent(taskId)}`;
    const params = new $OpenApiUtil.Params({
      action,
      version: '2022-08-30',
      protocol: 'HTTPS',
      pathname: action === 'CancelTask' ? `${task}/operation/cancel` : task,
      method: action === 'CancelTask' ? 'PUT' : 'GET',
      authType: 'AK',
      style: 'ROA',
      reqBodyType: 'json',
      bodyType: 'json',
    });
    const request = new $OpenApiUtil.OpenApiRequest({ headers: {} });
    return new OpenApiClient(this.config(key, tls, retryOptions)).callApi(params, request, new RuntimeOptions({}));
  }
}

module.exports = { Simulator, KEY, STS_KEY };
