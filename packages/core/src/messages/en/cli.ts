/** Messages of the area `cli`. */
export const cli = {
  'cli.unknown-command':
    'There is no command "{command}". Commands: {commands}. See "mlxengine --help".',
  'cli.usage':
    '{problem} See "mlxengine {command} --help".',
} as const;
