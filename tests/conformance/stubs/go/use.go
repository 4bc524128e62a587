// Compiles only when the stubs have what a caller needs.
package main

import (
	"context"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	taskgatewayv1 "taskgateway/v1"
)

// rootCause answers with what stopped a task, and with the reason when it cannot be read.
func rootCause(ctx context.Context, connection grpc.ClientConnInterface, name string) (string, string) {
	task, err := taskgatewayv1.NewTaskServiceClient(connection).GetTask(ctx, &taskgatewayv1.GetTaskRequest{Name: name})
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return "", info.GetReason()
		}
	}
	if task.GetState() != taskgatewayv1.Task_FAILED {
		return "", ""
	}
	return task.GetError().GetRootCode(), ""
}

func main() { _ = rootCause }
