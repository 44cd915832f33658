// A foreign charge point on a library of the npm registry, steered over standard input and output.
//
//     NODE_PATH=…/node_modules node point.js LIBRARY URL IDENTITY PASSWORD SUBPROTOCOL
//
// In: one JSON object a line, { call, action, payload }, or { answers: { action: payload } }.
// Out: one a line, by `event`: connected, disconnected, answer (call, and payload or error),
// call (action, payload and the answer that it gave), violation (what): the library's own strict
// mode found a message of either side to break the schemas.
'use strict';

const readline = require('readline');

const [library, url, identity, password, subprotocol] = process.argv.slice(2);
const answers = {}; // by action; what is not told is Accepted

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

function answerTo(action, payload) {
  const answer = answers[action] ?? perVariable[action]?.(payload) ?? { status: 'Accepted' };
  tell('call', { action, payload, answer });
  return answer;
}

const libraries = {
  async 'ocpp-rpc'() {
    const { RPCClient } = require('ocpp-rpc');
    const client = new RPCClient({
      endpoint: url, identity, password, protocols: [subprotocol], strictMode: true,
    });
    client.on('strictValidationFailure', ({ error, method }) => tell('violation', { what: `${method}: ${error.message} ${JSON.stringify(error.details ?? {})}` }));
    client.on('badMessage', ({ error }) => tell('violation', { what: String(error) }));
    client.on('disconnect', () => tell('disconnected'));
    client.on('open', () => tell('connected'));
    client.handle(({ method, params }) => answerTo(method, params));
    await client.connect();
    return (action, payload) => client.call(action, payload);
  },

  // A simulator of 1.6 rather than a library: its own methods send, and it has no strict mode.
  async 'em-ocpp-chargepoint-simulator'() {
    const { chargepointFactory } = require('em-ocpp-chargepoint-simulator/build/src/chargepoint');
    const whole = new URL(`${url.replace(/\/+$/, '')}/${identity}`);
    whole.username = identity;
    whole.password = password;
    const point = await chargepointFactory(whole.href, identity);
    tell('connected');
    point.onClose(() => tell('disconnected'));
    for (const action of ['SetChargingProfile', 'GetConfiguration', 'ChangeConfiguration', 'TriggerMessage',
      'RemoteStartTransaction', 'RemoteStopTransaction', 'Reset', 'UnlockConnector', 'ClearChargingProfile']) {
      // It has methods for some of them only; its table of callbacks takes any.
      point.registeredCallbacks.set(action, {
        cb: async ({ uniqueId, payload }) => point.sendResponse(uniqueId, answerTo(action, payload)),
      });
    }
    const methods = {
      BootNotification: 'sendBootnotification', Heartbeat: 'sendHeartbeat', Authorize: 'sendAuthorize',
      StatusNotification: 'sendStatusNotification', StartTransaction: 'startTransaction',
      StopTransaction: 'stopTransaction', MeterValues: 'meterValues',
    };
    return (action, payload) => point[methods[action]](payload);
  },
};

async function main() {
  const call = await libraries[library]();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const order = JSON.parse(line);
    if (order.answers) {
      Object.assign(answers, order.answers);
    } else {
      call(order.action, order.payload)
        .then((payload) => tell('answer', { call: order.call, payload: payload ?? {} }))
        .catch((error) => tell('answer', { call: order.call, error: `${error?.rpcErrorCode ?? ''} ${error?.message ?? error}` }));
    }
  }
  process.exit(0);
}

main().catch((error) => { tell('violation', { what: `${error?.stack ?? error}` }); process.exit(1); });
