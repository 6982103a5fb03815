/** Each decides what is built or against which MLX. The repository's set-up reads them too. */
export const buildVariables = ['MLX_ROOT', 'MLXENGINE_PYTHON', 'CC', 'CXX', 'CFLAGS', 'CXXFLAGS', 'LDFLAGS', 'MLXENGINE_NATIVE_SANITIZE'];
