import type { cli as english } from '../en/cli.js';
import type { Translation } from '../translation.js';

/** Messages of the area `cli`, in German. */
export const cli: Translation<typeof english> = {
  'cli.unknown-command':
    'Den Befehl "{command}" gibt es nicht. Befehle: {commands}. Siehe "mlxengine --help".',
  'cli.usage':
    '{problem} Siehe "mlxengine {command} --help".',
  'cli.unknown-language':
    'MLXENGINE_LANGUAGE ist "{language}", erwartet war en oder de.',
  'cli.unexpected-argument':
    'Der Befehl {command} nimmt kein Argument, gefunden wurde "{argument}". Siehe "mlxengine {command} --help".',
};
