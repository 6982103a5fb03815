/** Messages of the area `cli`. */
export const cli = {
  'cli.unknown-command':
    'There is no command "{command}". Commands: {commands}. See "mlxengine --help".',
  'cli.usage':
    '{problem} See "mlxengine {command} --help".',
  'cli.unknown-language':
    'MLXENGINE_LANGUAGE is "{language}", expected en or de.',
  'cli.unexpected-argument':
    'The command {command} takes no argument, found "{argument}". See "mlxengine {command} --help".',
} as const;
