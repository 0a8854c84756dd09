"""The protobuf message of a record, built when this module is imported.

A generated `record_pb2.py` breaks with other versions of protobuf than the one that generated it; a
descriptor doesn't. The schema is `aialgs.data` as published in "Amazon SageMaker Developer Guide: Common data
formats for training" and in the SageMaker Python SDK 2.x (`sagemaker/amazon/record.proto`, Apache-2.0).
"""

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_TENSORS = {
    "Float32Tensor": _Field.TYPE_FLOAT,
    "Float64Tensor": _Field.TYPE_DOUBLE,
    "Int32Tensor": _Field.TYPE_INT32,
}
# Fields of the oneof in Value: name -> (number, message).
_KINDS = {
    "float32_tensor": (2, "Float32Tensor"),
    "float64_tensor": (3, "Float64Tensor"),
    "int32_tensor": (7, "Int32Tensor"),
    "bytes": (9, "Bytes"),
}


def _file_descriptor() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="aialgs/data/record.proto", package="aialgs.data", syntax="proto2"
    )
    for name, type_ in _TENSORS.items():
        _add_tensor(file, name, type_)
    raw = file.message_type.add(name="Bytes")
    raw.field.add(name="value", number=1, type=_Field.TYPE_BYTES, label=_Field.LABEL_REPEATED)
    raw.field.add(name="content_type", number=2, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)
    _add_value(file)
    _add_record(file)
    return file


def _add_tensor(file: descriptor_pb2.FileDescriptorProto, name: str, type_: _Field.Type.ValueType) -> None:
    message = file.message_type.add(name=name)
    for number, (field, field_type) in enumerate(
        (("values", type_), ("keys", _Field.TYPE_UINT64), ("shape", _Field.TYPE_UINT64)), start=1
    ):
        added = message.field.add(name=field, number=number, type=field_type, label=_Field.LABEL_REPEATED)
        added.options.packed = True


def _add_value(file: descriptor_pb2.FileDescriptorProto) -> None:
    message = file.message_type.add(name="Value")
    message.oneof_decl.add(name="value")
    for field, (number, kind) in _KINDS.items():
        message.field.add(
            name=field,
            number=number,
            type=_Field.TYPE_MESSAGE,
            type_name=f".aialgs.data.{kind}",
            label=_Field.LABEL_OPTIONAL,
            oneof_index=0,
        )


def _add_record(file: descriptor_pb2.FileDescriptorProto) -> None:
    message = file.message_type.add(name="Record")
    for number, (field, entry) in enumerate(
        (("features", "FeaturesEntry"), ("label", "LabelEntry")), start=1
    ):
        _add_map_entry(message, entry)
        message.field.add(
            name=field,
            number=number,
            type=_Field.TYPE_MESSAGE,
            type_name=f".aialgs.data.Record.{entry}",
            label=_Field.LABEL_REPEATED,
        )
    for number, field in enumerate(("uid", "metadata", "configuration"), start=3):
        message.field.add(name=field, number=number, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)


def _add_map_entry(record: descriptor_pb2.DescriptorProto, name: str) -> None:
    entry = record.nested_type.add(name=name)
    entry.options.map_entry = True
    entry.field.add(name="key", number=1, type=_Field.TYPE_STRING, label=_Field.LABEL_OPTIONAL)
    entry.field.add(
        name="value",
        number=2,
        type=_Field.TYPE_MESSAGE,
        type_name=".aialgs.data.Value",
        label=_Field.LABEL_OPTIONAL,
    )


def _message_class() -> Any:
    # A separate pool: the process may also import the SDK's generated classes of the same names.
    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file_descriptor())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.data.Record"))


Record = _message_class()
