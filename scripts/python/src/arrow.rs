//! Arrow's PyCapsule interface: tables and columns of any library in, ours out, no row copied at the border.

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{Array, ArrayReader, ArrayRef, RecordBatch, RecordBatchIterator, StringArray, make_array};
use arrow_schema::{ArrowError, DataType};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// Yields the arrays of a column or, as struct arrays, the batches of a table.
pub enum Arrays {
    One(Option<ArrayRef>),
    Stream(ArrayStreamReader),
}

impl Arrays {
    /// Takes a column: a series or array of any Arrow library, a table of one column, or an iterable of texts.
    ///
    /// # Errors
    /// `TypeError` if the object is none of these; whatever its library says if it does not give its data out.
    pub fn of_column(object: &Bound<'_, PyAny>) -> PyResult<Arrays> {
        if let Some(arrays) = Arrays::of(object)? {
            return Ok(arrays);
        }
        if object.is_instance_of::<pyo3::types::PyString>() {
            return Err(PyTypeError::new_err("ids are a column or a list of texts, and this is one text"));
        }
        let texts = object
            .try_iter()
            .and_then(|items| items.map(|item| item?.extract::<Option<String>>()).collect::<PyResult<StringArray>>());
        match texts {
            Ok(texts) => Ok(Arrays::One(Some(Arc::new(texts)))),
            Err(error) => {
                let name = object.get_type().qualname()?;
                let message = format!("ids are an Arrow column or a list of texts, and this is {name}: {error}");
                Err(PyTypeError::new_err(message))
            }
        }
    }

    /// Takes a table: a data frame, relation, table or batch of any Arrow library.
    ///
    /// # Errors
    /// `TypeError` if the object has no Arrow data or is a column; whatever its library says.
    pub fn of_table(object: &Bound<'_, PyAny>) -> PyResult<Arrays> {
        let name = || object.get_type().qualname();
        let Some(arrays) = Arrays::of(object)? else {
            return Err(PyTypeError::new_err(format!("a table with Arrow data is wanted, and this is {}", name()?)));
        };
        let kind = match &arrays {
            Arrays::One(array) => array.as_ref().map(|array| array.data_type().clone()),
            Arrays::Stream(reader) => Some(reader.field().data_type().clone()),
        };
        match kind {
            Some(DataType::Struct(_)) => Ok(arrays),
            _ => Err(PyTypeError::new_err(format!("a table is wanted, and this {} is a column", name()?))),
        }
    }

    fn of(object: &Bound<'_, PyAny>) -> PyResult<Option<Arrays>> {
        if object.hasattr("__arrow_c_stream__")? {
            return stream_of(&object.call_method0("__arrow_c_stream__")?).map(Some);
        }
        if object.hasattr("__arrow_c_array__")? {
            return array_of(&object.call_method0("__arrow_c_array__")?).map(Some);
        }
        Ok(None)
    }
}

impl Iterator for Arrays {
    type Item = Result<ArrayRef, String>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Arrays::One(array) => array.take().map(Ok),
            Arrays::Stream(reader) => reader.next().map(|array| array.map_err(|error| error.to_string())),
        }
    }
}

/// Takes the stream out of a capsule, which keeps an empty one.
// The three places with `unsafe` in this crate: a C structure is taken over from another library. Capsules of these
// names hold exactly these structures; that is Arrow's agreement, and nobody can check more than the name.
#[allow(unsafe_code)]
fn stream_of(capsule: &Bound<'_, PyAny>) -> PyResult<Arrays> {
    let pointer = capsule.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: the capsule has the name of a stream, and holds it as long as it lives.
    let reader = unsafe { ArrayStreamReader::from_raw(pointer.as_ptr()) };
    Ok(Arrays::Stream(reader.map_err(told)?))
}

/// Takes the array out of its pair of capsules.
#[allow(unsafe_code)]
fn array_of(pair: &Bound<'_, PyAny>) -> PyResult<Arrays> {
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = pair.extract()?;
    let schema = schema.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    // SAFETY: the capsules have the names of an array and its schema, which belong together, and hold them as long as
    // they live; the array is moved out, the schema is only read.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    Ok(Arrays::One(Some(make_array(data.map_err(told)?))))
}

/// Hands out the type of an array.
pub fn array_schema<'py>(py: Python<'py>, array: &dyn Array) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(array.data_type()).map_err(told)?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}

/// Hands out an array: its type and its buffers, which stay ours and are shared.
pub fn array<'py>(py: Python<'py>, array: &dyn Array) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
    let (array, schema) = to_ffi(&array.to_data()).map_err(told)?;
    Ok((PyCapsule::new_with_value(py, schema, SCHEMA)?, PyCapsule::new_with_value(py, array, ARRAY)?))
}

/// Hands out the types of a table.
pub fn table_schema<'py>(py: Python<'py>, table: &RecordBatch) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(table.schema().as_ref()).map_err(told)?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}

/// Hands out a table as a stream of one batch.
pub fn stream<'py>(py: Python<'py>, table: &RecordBatch) -> PyResult<Bound<'py, PyCapsule>> {
    let reader = RecordBatchIterator::new([Ok(table.clone())], table.schema());
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}

fn told(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}
