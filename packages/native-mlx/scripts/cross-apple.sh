#!/bin/sh
# Compiles the addon for Apple silicon on any machine, to see that the code and MLX's Metal wheel fit together. What comes
# out is not for use: it is linked with zig's C++ library in place of Apple's.
#   cross-apple.sh <zig> <unpacked mlx-metal wheel> <output folder>
# <zig> is the program of the `ziglang` package; the wheel: pip download --platform macosx_14_0_arm64 --no-deps mlx-metal
set -eu
zig=$1
mlx=$2/mlx
out=$3
cd "$(dirname "$0")/.."
headers=$(node -p '
  const fromCmakeJs = { paths: [require.resolve("cmake-js/package.json")] };
  const nodeApi = require(require.resolve("node-api-headers", fromCmakeJs)).include_dir;
  `-I${nodeApi} -I${require("node-addon-api").include_dir}`')
compile="$zig c++ -target aarch64-macos.14.0 -std=c++20 -O2 -fvisibility=hidden -DNAPI_VERSION=8 -DNAPI_CPP_EXCEPTIONS -Inative -isystem $mlx/include $headers"
link="$zig c++ -target aarch64-macos.14.0 -shared -undefined dynamic_lookup"
mkdir -p "$out"
objects=
for source in $(find native -name '*.cpp' ! -path '*/loader/*'); do
  object="$out/$(echo "$source" | tr / -).o"
  $compile -c "$source" -o "$object"
  objects="$objects $object"
done
# shellcheck disable=SC2086
$link $objects -L"$mlx/lib" -lmlx -Wl,-rpath,"$mlx/lib" -o "$out/mlxengine.node"
$compile -c native/loader/loader.cpp -o "$out/loader.o"
$link "$out/loader.o" -o "$out/mlxengine_loader.node"
