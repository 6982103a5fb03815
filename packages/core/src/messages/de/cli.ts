import type { cli as english } from '../en/cli.js';
import type { Translation } from '../translation.js';

/** Messages of the area `cli`, in German. */
export const cli: Translation<typeof english> = {
  'cli.unknown-command':
    'Den Befehl "{command}" gibt es nicht. Befehle: {commands}. Siehe "mlxengine --help".',
  'cli.usage':
    '{problem} Siehe "mlxengine {command} --help".',
};
