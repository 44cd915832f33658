// A foreign charge point on a library of the npm registry, steered over standard input and output.
//
//     NODE_PATH=…/node_modules node point.js LIBRARY URL IDENTITY PASSWORD SUBPROTOCOL
//
// A password that is empty is not sent. By wss the server is verified against NODE_EXTRA_CA_CERTS.
//
// In: one JSON object a line, { call, action, payload }, { call, renew: true } (get a certificate by
// SignCertificate and connect again with it), { call, dial: true } (connect again, where the library
// does not do it by itself), { call, fetch: { url, method, body } } (over HTTP), or
// { answers: { action: payload } }.
// Out: one a line, by `event`: connected, disconnected, answer (call, and payload or error),
// call (action, payload and the answer that it gave), violation (what): the library's own strict
// mode found a message of either side to break the schemas.
'use strict';

const { execFileSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const readline = require('readline');

const [library, url, identity, password, subprotocol] = process.argv.slice(2);
const answers = {}; // by action; what is not told is Accepted
const CERTIFICATE_TIMEOUT_MS = 15000;

const tell = (event, what = {}) => console.log(JSON.stringify({ event, ...what }));

// OCPP 2.0.1 answers these for each variable that was asked.
const perVariable = {
  GetVariables: ({ getVariableData }) => ({
    getVariableResult: getVariableData.map(({ component, variable }) => ({
      attributeStatus: 'UnknownVariable', component, variable,
    })),
  }),
  SetVariables: ({ setVariableData }) => ({
    setVariableResult: setVariableData.map(({ component, variable }) => ({
      attributeStatus: 'Accepted', component, variable,
    })),
  }),
};

let certificateArrived = () => {};

function answerTo(action, payload) {
  const answer = answers[action] ?? perVariable[action]?.(payload) ?? { status: 'Accepted' };
  tell('call', { action, payload, answer });
  if (action === 'CertificateSigned') certificateArrived(payload.certificateChain);
  return answer;
}

// Send a certificate request and wait for the chain that CertificateSigned brings.
async function certified(call, csr) {
  const arrived = new Promise((resolve, reject) => {
    certificateArrived = resolve;
    setTimeout(() => reject(new Error('no CertificateSigned')), CERTIFICATE_TIMEOUT_MS).unref();
  });
  const { status } = await call('SignCertificate', { csr });
  if (status !== 'Accepted') throw new Error(`SignCertificate: ${status}`);
  return arrived;
}

// Each connects and returns how to call, and how to get and use a certificate.
const libraries = {
  async 'ocpp-rpc'() {
    const { RPCClient } = require('ocpp-rpc');
    const client = new RPCClient({
      endpoint: url, identity, password: password || null, protocols: [subprotocol], strictMode: true,
    });
    client.on('strictValidationFailure', ({ error, method }) => tell('violation', { what: `${method}: ${error.message} ${JSON.stringify(error.details ?? {})}` }));
    client.on('badMessage', ({ error }) => tell('violation', { what: String(error) }));
    client.on('disconnect', () => tell('disconnected'));
    client.on('open', () => tell('connected'));
    client.handle(({ method, params }) => answerTo(method, params));
    await client.connect();
    const call = (action, payload) => client.call(action, payload);

    async function renew() {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'point-'));
      const key = path.join(folder, 'key.pem');
      const request = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-subj', `/O=Foreign/CN=${identity}`];
      const csr = execFileSync('openssl', request, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      const cert = await certified(call, csr);
      await client.close();
      // From here on the certificate says who it is, and no password does.
      client.reconfigure({ password: null, wsOpts: { cert, key: fs.readFileSync(key) } });
      fs.rmSync(folder, { recursive: true });
      await client.connect();
    }
    return { call, renew, dial: async () => {} };
  },

  // A simulator of 1.6 rather than a library: its own methods send, and it has no strict mode.
  async 'em-ocpp-chargepoint-simulator'() {
    const { chargepointFactory } = require('em-ocpp-chargepoint-simulator/build/src/chargepoint');
    const whole = new URL(`${url.replace(/\/+$/, '')}/${identity}`);
    if (password) {
      whole.username = identity;
      whole.password = password;
    }
    const point = await chargepointFactory(whole.href, identity);
    tell('connected');
    point.onClose(() => tell('disconnected'));
    for (const action of ['SetChargingProfile', 'GetConfiguration', 'ChangeConfiguration', 'TriggerMessage',
      'RemoteStartTransaction', 'RemoteStopTransaction', 'Reset', 'UnlockConnector', 'ClearChargingProfile',
      'ExtendedTriggerMessage', 'CertificateSigned', 'GetLog', 'SignedUpdateFirmware']) {
      // It has methods for some of them only; its table of callbacks takes any.
      point.registeredCallbacks.set(action, {
        cb: async ({ uniqueId, payload }) => point.sendResponse(uniqueId, answerTo(action, payload)),
      });
    }
    const methods = {
      BootNotification: 'sendBootnotification', Heartbeat: 'sendHeartbeat', Authorize: 'sendAuthorize',
      StatusNotification: 'sendStatusNotification', StartTransaction: 'startTransaction',
      StopTransaction: 'stopTransaction', MeterValues: 'meterValues', SignCertificate: 'sendSignCertificate',
    };
    let number = 0; // for the messages which it has no method for
    const call = (action, payload) => (methods[action]
      ? point[methods[action]](payload)
      : point.sendOcpp({ messageTypeId: 2, uniqueId: `more-${++number}`, action, payload }));

    async function dial() {
      await point.reConnect();
      tell('connected');
    }

    async function renew() {
      const { key, csr } = await point.generateCsr(`/O=Foreign/CN=${identity}`);
      // openssl writes the curve's parameters before the key; Node.js takes the key.
      point.keystore().save('', key, await certified(call, csr));
      await dial();
    }
    return { call, renew, dial };
  },
};

async function fetched({ url: where, method, body }) {
  const response = await fetch(where, { method, body });
  return { status: response.status, text: await response.text() };
}

function perform(point, order) {
  if (order.renew) return point.renew();
  if (order.dial) return point.dial();
  if (order.fetch) return fetched(order.fetch);
  return point.call(order.action, order.payload);
}

async function main() {
  const point = await libraries[library]();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    if (order.answers) {
      Object.assign(answers, order.answers);
    } else {
      perform(point, order)
        .then((payload) => tell('answer', { call: order.call, payload: payload ?? {} }))
        .catch((error) => tell('answer', { call: order.call, error: `${error?.rpcErrorCode ?? ''} ${error?.message ?? error}` }));
    }
  }
  process.exit(0);
}

main().catch((error) => { tell('violation', { what: `${error?.stack ?? error}` }); process.exit(1); });
