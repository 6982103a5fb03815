#pragma once

#include "addon/operation_source.h"
#include "graph/operations.h"

namespace mlxengine {

using OperationReader = Operation (*)(const OperationSource&);
using OperationReaders = std::map<std::string, OperationReader>;

// Readers by the operation's `type`, one function a subject.
void add_input_readers(OperationReaders& readers);
void add_math_readers(OperationReaders& readers);
void add_shape_readers(OperationReaders& readers);
void add_weight_readers(OperationReaders& readers);
void add_expert_readers(OperationReaders& readers);
void add_attention_readers(OperationReaders& readers);
void add_recurrence_readers(OperationReaders& readers);

}  // namespace mlxengine
