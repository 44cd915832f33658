// The house of stage.py: what the cards see of Home Assistant, and nothing more.
const told = JSON.parse(document.getElementById('told').textContent);
customElements.define('home-assistant', class extends HTMLElement {});
class HaCard extends HTMLElement {}
customElements.define('ha-card', HaCard);
const entities = {}, states = {};
for (const [id, [state, attributes]] of Object.entries(told.states)) {
  const key = id.split('.')[1];
  entities[id] = {entity_id: id, device_id: told.device, platform: 'evse_ocpp', translation_key: key};
  states[id] = {entity_id: id, state, attributes, last_changed: told.now, last_updated: told.now};
}
const answers = {'evse_ocpp/plan': told.plan, 'evse_ocpp/list': told.list};
window.followers = [];
window.called = [];
window.hass = {
  states, entities,
  devices: {[told.device]: {id: told.device, name: told.snapshot?.name ?? 'Wallbox',
    identifiers: [['evse_ocpp', 'garage']]}},
  connection: {subscribeMessage: async (heard, message) => {
    if (told.refused) throw {code: told.refused, message: told.refused};
    window.followers.push(heard);
    queueMicrotask(() => heard(told.snapshot));
    return async () => {};
  }},
  language: told.language,
  locale: {language: told.language, number_format: 'language', time_format: 'language'},
  config: {currency: 'EUR', time_zone: 'Europe/Paris', version: '2026.10.0'},
  user: {is_admin: true, name: 'Owner'},
  themes: {darkMode: false},
  callWS: async (message) => {
    if (!(message.type in answers)) throw {code: 'unknown_command', message: message.type};
    return answers[message.type];
  },
  callService: async (domain, service, data) => {
    window.called.push([domain, service, data]);
    return {response: {}};
  },
  formatEntityState: (entity, state) => state ?? entity.state,
};
window.tell = (changed, snapshot) => {
  const next = {...window.hass, states: {...window.hass.states}};
  for (const [id, state] of Object.entries(changed)) {
    next.states[id] = {...next.states[id], entity_id: id, state, last_updated: String(Math.random())};
  }
  window.hass = next;
  if (snapshot) window.followers.forEach((heard) => heard(snapshot));
  window.cards.forEach((card) => { card.hass = next; });
};
window.cards = [];
window.play = async (configs) => {
  for (const config of configs) {
    const name = config.type.replace('custom:', '');
    await customElements.whenDefined(name);
    const card = document.createElement(name);
    card.setConfig(config);
    card.hass = window.hass;
    document.querySelector('main').append(card);
    window.cards.push(card);
    await card.updateComplete;
  }
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
};
