using System.Text.Json;

namespace PollIO.SideBySide.Workers;

/// <summary>One JSON object a line on standard output: how workers report.</summary>
internal static class WorkerOutput
{
    internal static void Write<T>(T value)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonSerializerOptions.Web));
        Console.Out.Flush();
    }

    /// <exception cref="PollIOException">The line is no such object.</exception>
    internal static T Read<T>(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new PollIOException("read result", typeof(T).Name, $"'{line}': {e.Message}", innerException: e);
        }
    }
}
