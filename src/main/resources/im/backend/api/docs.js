// Renders /openapi.json: no library, nothing from another host. Text only ever enters the page as text nodes.

const main = document.getElementById('operations');
const filter = document.getElementById('filter');
const count = document.getElementById('count');

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function table(head, rows) {
  return element('table', {},
    element('thead', {}, element('tr', {}, ...head.map(text => element('th', { scope: 'col' }, text)))),
    element('tbody', {}, ...rows.map(row => element('tr', {}, ...row.map(cell => element('td', {}, cell))))));
}

/** A schema as an example of itself, references followed, to a depth at which nothing of ours goes on. */
function example(schema, schemas, depth = 0) {
  if (!schema || depth > 6) return '…';
  if (schema.$ref) return example(schemas[schema.$ref.split('/').pop()], schemas, depth + 1);
  if (schema.oneOf) return example(schema.oneOf[0], schemas, depth + 1);
  if (schema.enum) return schema.enum.join(' | ');
  switch (schema.type) {
    case 'object':
      if (schema.additionalProperties) return { name: example(schema.additionalProperties, schemas, depth + 1) };
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => {
        const optional = !(schema.required ?? []).includes(name);
        return [optional ? name + '?' : name, example(property, schemas, depth + 1)];
      }));
    case 'array': return [example(schema.items, schemas, depth + 1)];
    case 'integer': return 0;
    case 'boolean': return true;
    case 'string': return schema.format ?? 'text';
    default: return 'anything';
  }
}

function bodies(title, content, schemas) {
  return Object.entries(content ?? {}).flatMap(([type, { schema }]) => [
    element('h3', {}, `${title}: ${type}`),
    ...(schema ? [element('pre', { tabindex: '0' }, JSON.stringify(example(schema, schemas), null, 2))] : []),
  ]);
}

function curl(method, path, operation) {
  const parts = [`curl -X ${method.toUpperCase()}`];
  if (operation.security.length) parts.push('-H "Authorization: Bearer $TOKEN"');
  const types = Object.keys(operation.requestBody?.content ?? {});
  if (types.includes('multipart/form-data')) parts.push('-F source=@app.tar.gz -F project=my-api');
  else if (types.length) parts.push("-H 'Content-Type: application/json' -d @body.json");
  return [...parts, `${location.origin}${path}`].join(' ');
}

function card(path, method, operation, schemas) {
  const body = element('div', { class: 'body' });
  const open = !operation.security.length;
  if (open) body.append(element('p', { class: 'open' }, 'No token is needed.'));
  const parameters = operation.parameters ?? [];
  if (parameters.length) {
    body.append(element('h3', {}, 'Parameters'), table(['name', 'in', 'meaning'],
      parameters.map(parameter => [parameter.name, parameter.in, parameter.description ?? 'required'])));
  }
  body.append(...bodies('Request', operation.requestBody?.content, schemas));
  for (const [status, response] of Object.entries(operation.responses)) {
    if (status !== 'default') body.append(...bodies(`Answer ${status}`, response.content, schemas));
  }
  body.append(element('h3', {}, 'Try'), element('pre', { tabindex: '0' }, curl(method, path, operation)));
  return element('details', { id: operation.operationId },
    element('summary', {},
      element('span', { class: 'method' }, method.toUpperCase()),
      element('code', {}, path),
      element('span', { class: 'what' }, operation.summary)),
    body);
}

function show(description) {
  const { paths, components } = description;
  const groups = new Map();
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const group = operation.tags[0];
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(card(path, method, operation, components.schemas));
    }
  }
  main.replaceChildren(...[...groups].sort().map(([name, cards]) =>
    element('section', { 'aria-label': name }, element('h2', {}, name), ...cards)));
}

function narrow() {
  const wanted = filter.value.trim().toLowerCase();
  let shown = 0;
  for (const card of main.querySelectorAll('details')) {
    card.hidden = !card.textContent.toLowerCase().includes(wanted);
    if (!card.hidden) shown++;
  }
  for (const section of main.querySelectorAll('section')) {
    section.hidden = !section.querySelector('details:not([hidden])');
  }
  count.textContent = `${shown} operations`;
}

try {
  const response = await fetch('/openapi.json');
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const description = await response.json();
  document.getElementById('description').textContent = description.info.description;
  show(description);
  narrow();
  filter.addEventListener('input', narrow);
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (target) target.open = true;
} catch (failure) {
  document.getElementById('state').textContent = `The description could not be loaded: ${failure.message}`;
}
