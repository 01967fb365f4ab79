// The API explorer. Plain script, no library: it builds elements, never markup, so it runs under Trusted Types.
const el = (id) => document.getElementById(id);
const editor = el('document');
const variables = el('variables');
const answer = el('answer');
const KEPT = 'incubator.explorer';
const START = 'query Viewer {\n  viewer {\n    person { name email }\n    organization { name kind }\n    roles\n  }\n}\n';
const TYPE_DEPTH = 7;
const ofType = (depth) => (depth ? `kind name ofType { ${ofType(depth - 1)} }` : 'kind name');
const INTROSPECTION = `query Explorer { __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description
    fields(includeDeprecated: true) { ...F } inputFields { ...V } enumValues { name description }
    interfaces { name } possibleTypes { name } } } }
fragment F on __Field { name description isDeprecated args { ...V } type { ${ofType(TYPE_DEPTH)} } }
fragment V on __InputValue { name description defaultValue type { ${ofType(TYPE_DEPTH)} } }`;

let types = new Map();
let roots = {};
let running = null;
let socket = null;

const node = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
const typeText = (type) =>
  type.kind === 'NON_NULL' ? `${typeText(type.ofType)}!` : type.kind === 'LIST' ? `[${typeText(type.ofType)}]` : type.name;
const named = (type) => (type.ofType ? named(type.ofType) : type.name);

async function post(query, variableValues, signal) {
  const response = await fetch('/graphql', {
    method: 'POST',
    credentials: 'same-origin',
    signal,
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      'x-requested-with': 'incubator',
    },
    body: JSON.stringify({ query, variables: variableValues }),
  });
  return { status: response.status, body: await response.json() };
}

function show(body, note) {
  answer.textContent = JSON.stringify(body, null, 2);
  answer.classList.toggle('wrong', Boolean(body.errors));
  el('status').textContent = note;
}

function readVariables() {
  const text = variables.value.trim();
  return text ? JSON.parse(text) : {};
}

async function run() {
  let values;
  try {
    values = readVariables();
  } catch (error) {
    show({ errors: [{ message: `Variables are not JSON: ${error.message}` }] }, '');
    return;
  }
  stop();
  keep();
  if (/^\s*subscription\b/m.test(editor.value)) return follow(values);
  running = new AbortController();
  busy(true);
  const began = performance.now();
  try {
    const { status, body } = await post(editor.value, values, running.signal);
    const cost = body.extensions?.cost;
    const price = cost ? ` · cost ${cost.requested} of ${cost.limit}` : '';
    show(body, `${status} · ${Math.round(performance.now() - began)} ms${price}`);
  } catch (error) {
    if (error.name !== 'AbortError') show({ errors: [{ message: String(error) }] }, '');
  } finally {
    busy(false);
  }
}

function follow(values) {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const opened = new WebSocket(`${scheme}://${location.host}/graphql`, 'graphql-transport-ws');
  socket = opened;
  busy(true);
  let told = 0;
  opened.onopen = () => opened.send('{"type":"connection_init"}');
  opened.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === 'connection_ack') {
      opened.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: editor.value, variables: values } }));
      el('status').textContent = 'listening';
    } else if (message.type === 'ping') opened.send('{"type":"pong"}');
    else if (message.type === 'next') show(message.payload, `message ${++told}`);
    else if (message.type === 'error') show({ errors: message.payload }, '');
    else if (message.type === 'complete') stop();
  };
  opened.onclose = ({ code, reason }) => {
    if (socket !== opened) return;
    el('status').textContent = `closed: ${code} ${reason}`;
    stop();
  };
}

function stop() {
  running?.abort();
  const open = socket;
  socket = running = null;
  open?.close(1000);
  busy(false);
}

function busy(is) {
  el('stop').hidden = !is;
}

// What was run before, in this browser only.
const past = () => JSON.parse(localStorage.getItem(KEPT) ?? '[]');

function keep() {
  const entry = { document: editor.value, variables: variables.value };
  const rest = past().filter((one) => one.document !== entry.document);
  localStorage.setItem(KEPT, JSON.stringify([entry, ...rest].slice(0, 20)));
  listPast();
}

function listPast() {
  const title = ({ document: text }) => /(?:query|mutation|subscription)\s+(\w+)/.exec(text)?.[1] ?? text.trim().slice(0, 40);
  el('past').replaceChildren(node('option', '–', { value: '' }), ...past().map((one, at) => node('option', title(one), { value: at })));
}

function recall(at) {
  const entry = past()[at];
  if (!entry) return;
  editor.value = entry.document;
  variables.value = entry.variables;
}

function tidy() {
  let depth = 0;
  const lines = editor.value.replace(/\{/g, '{\n').replace(/\}/g, '\n}\n').split('\n');
  editor.value = lines
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      if (line.startsWith('}')) depth -= 1;
      const text = '  '.repeat(Math.max(0, depth)) + line;
      if (line.endsWith('{')) depth += 1;
      return text;
    })
    .join('\n');
}

// The schema, one type at a time.
function link(name) {
  const anchor = node('a', name, { href: `#${name}` });
  return anchor;
}

function typeLink(type) {
  const span = node('span', '');
  const [before, after] = typeText(type).split(named(type));
  span.append(before, link(named(type)), after);
  return span;
}

function fieldOf(field) {
  const box = node('div', '', { className: 'field' });
  const code = node('code', field.name);
  (field.args ?? []).forEach((argument, at) => {
    code.append(at ? ', ' : '(', `${argument.name}: `, typeLink(argument.type));
  });
  if (field.args?.length) code.append(')');
  code.append(': ', typeLink(field.type));
  box.append(code, node('p', field.description ?? ''));
  return box;
}

function showType(name) {
  const type = types.get(name);
  const place = el('schema');
  el('trail').replaceChildren(link('Query'), link('Mutation'), link('Subscription'));
  if (!type) return place.replaceChildren();
  const parts = [node('h3', `${type.name} · ${type.kind.toLowerCase().replace('_', ' ')}`), node('p', type.description ?? '')];
  for (const other of [...(type.interfaces ?? []), ...(type.possibleTypes ?? [])]) {
    const line = node('div', '');
    line.append(link(other.name));
    parts.push(line);
  }
  parts.push(...(type.fields ?? type.inputFields ?? []).map(fieldOf));
  parts.push(...(type.enumValues ?? []).map((value) => node('div', value.name)));
  place.replaceChildren(...parts);
}

function find(words) {
  const wanted = words.toLowerCase();
  if (!wanted) return showType(location.hash.slice(1) || 'Query');
  const found = [];
  for (const type of types.values()) {
    if (type.name.toLowerCase().includes(wanted)) found.push([type.name, '']);
    for (const field of type.fields ?? type.inputFields ?? []) {
      if (field.name.toLowerCase().includes(wanted)) found.push([type.name, `.${field.name}`]);
    }
  }
  el('schema').replaceChildren(
    ...found.slice(0, 60).map(([type, rest]) => {
      const line = node('div', '');
      line.append(link(type), rest);
      return line;
    }),
  );
}

// Completion of field names: which selection the caret stands in is worked out from the braces before it.
function typeAtCaret() {
  const before = editor.value.slice(0, editor.selectionStart).replace(/#[^\n]*/g, '').replace(/"(?:[^"\\]|\\.)*"/g, '');
  const stack = [];
  let word = '';
  let inArguments = 0;
  for (const [token] of before.matchAll(/[A-Za-z_]\w*|\.\.\.|[{}()]/g)) {
    if (token === '(') inArguments += 1;
    else if (token === ')') inArguments -= 1;
    else if (inArguments) continue;
    else if (token === '{') {
      const parent = stack.at(-1);
      const field = types.get(parent)?.fields?.find(({ name }) => name === word);
      stack.push(parent ? (field ? named(field.type) : types.has(word) ? word : parent) : (roots[word] ?? roots.query));
    } else if (token === '}') stack.pop();
    else if (!stack.length) word = ['query', 'mutation', 'subscription'].includes(token) ? token : types.has(token) ? token : word;
    else if (token !== 'on' && token !== '...') word = token;
    if (!stack.length && types.has(word)) roots[word] = word;
  }
  return inArguments ? null : stack.at(-1);
}

const list = el('completions');
let chosen = 0;

function complete() {
  const typed = /\w*$/.exec(editor.value.slice(0, editor.selectionStart))[0];
  const fields = types.get(typeAtCaret())?.fields ?? [];
  const fitting = fields.filter(({ name }) => name.startsWith(typed) && name !== typed).slice(0, 12);
  list.hidden = !fitting.length || (!typed && !complete.asked);
  complete.asked = false;
  chosen = 0;
  list.replaceChildren(
    ...fitting.map(({ name, type }, at) => {
      const item = node('li', `${name}: ${typeText(type)}`, { role: 'option', ariaSelected: String(at === 0) });
      item.dataset.name = name;
      item.addEventListener('mousedown', (event) => {
        event.preventDefault();
        insert(name);
      });
      return item;
    }),
  );
}

function insert(name) {
  const at = editor.selectionStart;
  const from = at - /\w*$/.exec(editor.value.slice(0, at))[0].length;
  editor.setRangeText(name, from, at, 'end');
  list.hidden = true;
}

function choose(step) {
  const items = [...list.children];
  chosen = (chosen + step + items.length) % items.length;
  items.forEach((item, at) => item.setAttribute('aria-selected', String(at === chosen)));
  items[chosen].scrollIntoView({ block: 'nearest' });
}

editor.addEventListener('input', complete);
editor.addEventListener('blur', () => {
  list.hidden = true;
});
editor.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
    event.preventDefault();
    void run();
  } else if (event.ctrlKey && event.key === ' ') {
    event.preventDefault();
    complete.asked = true;
    complete();
  } else if (!list.hidden && ['ArrowDown', 'ArrowUp'].includes(event.key)) {
    event.preventDefault();
    choose(event.key === 'ArrowDown' ? 1 : -1);
  } else if (!list.hidden && ['Enter', 'Tab'].includes(event.key)) {
    event.preventDefault();
    insert(list.children[chosen].dataset.name);
  } else if (event.key === 'Escape') {
    list.hidden = true;
  }
});
el('run').addEventListener('click', run);
el('stop').addEventListener('click', stop);
el('tidy').addEventListener('click', tidy);
el('past').addEventListener('change', ({ target }) => recall(Number(target.value)));
el('search').addEventListener('input', ({ target }) => find(target.value));
addEventListener('hashchange', () => showType(location.hash.slice(1)));

editor.value = past()[0]?.document ?? START;
variables.value = past()[0]?.variables ?? '';
listPast();
const [{ body: schema }, { body: me }] = await Promise.all([
  post(INTROSPECTION, {}),
  post('query Me { viewer { person { name } organization { name } } }', {}),
]);
const root = schema.data?.__schema;
if (root) {
  types = new Map(root.types.map((type) => [type.name, type]));
  roots = { query: root.queryType.name, mutation: root.mutationType?.name, subscription: root.subscriptionType?.name };
  showType(location.hash.slice(1) || 'Query');
} else show(schema, 'the schema could not be read');
const viewer = me.data?.viewer;
el('who').textContent = viewer ? [viewer.person.name, viewer.organization?.name].filter(Boolean).join(' · ') : '';
