package io.taskgateway.conformance;

import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.taskgateway.v1.GetTaskRequest;
import io.taskgateway.v1.Task;
import io.taskgateway.v1.TaskServiceGrpc;

/** Compiles only when the stubs have what a caller needs. */
public final class RootCause {
  private RootCause() {}

  /** What stopped a task; empty when nothing did; the reason when it cannot be read. */
  public static String of(Channel channel, String name) throws InvalidProtocolBufferException {
    try {
      Task task = TaskServiceGrpc.newBlockingStub(channel).getTask(GetTaskRequest.newBuilder().setName(name).build());
      return task.getState() == Task.State.FAILED ? task.getError().getRootCode() : "";
    } catch (StatusRuntimeException error) {
      Status status = StatusProto.fromThrowable(error);
      for (Any detail : status.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          return detail.unpack(ErrorInfo.class).getReason();
        }
      }
      throw error;
    }
  }
}
