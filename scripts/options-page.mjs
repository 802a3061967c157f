const intro = [
  'Each backend has its options under its name in the configuration file. They are checked when the controller is made: an unknown key or a',
  'wrong value is an error that says where and what. `sluice config schema` prints the same as JSON Schema.',
].join('\n');

/**
 * docs/options.md from the schemas of the backends.
 * @param z the zod library
 * @param schemas options schemas by the name of the backend
 */
export function optionsSections(z, schemas) {
  return [intro, ...Object.entries(schemas).map(([backend, schema]) => section(backend, z.toJSONSchema(schema, { io: 'input' })))];
}

function section(backend, schema) {
  const rows = rowsOf(schema, '').map(([name, standard, what]) => `| \`${name}\` | ${standard} | ${what} |`);
  return [`## ${backend}`, '', '| option | standard | what |', '| --- | --- | --- |', ...rows].join('\n');
}

function rowsOf({ properties }, prefix) {
  return Object.entries(properties).flatMap(([key, property]) =>
    property.properties === undefined
      ? [[prefix + key, standardOf(property), property.description ?? '']]
      : rowsOf(property, `${prefix}${key}.`),
  );
}

function standardOf({ default: standard }) {
  return standard === undefined ? '' : `\`${JSON.stringify(standard).replaceAll('"', '')}\``;
}
