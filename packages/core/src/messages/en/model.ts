/** Messages of the area `model`. */
export const model = {
  'model.not-found':
    'The model "{model}" was not found: {reason}. Give a folder, a registry name (see "mlxengine list") or a hub id such as owner/name.',
} as const;
