using System.Globalization;
using System.Text;

namespace PollIO.Capture;

/// <summary>
/// What a reader asks of the process it captures: the text that goes over the socket before packets come back. One line an item, "end" last.
/// </summary>
public sealed record LiveCaptureRequest
{
    /// <summary>The argument of an event session on the source <see cref="EventSourceName"/> that names the reader's socket.</summary>
    public const string SocketArgument = Diagnostics.PollIOEventSource.CaptureArgument;

    /// <summary>The event source that listens for it.</summary>
    public const string EventSourceName = Diagnostics.PollIOEventSource.SourceName;

    /// <summary>The first line of an answer after which packets follow.</summary>
    public const string Granted = "ok";

    /// <summary>The first word of an answer that refuses; the reason follows.</summary>
    public const string Refused = "error";

    private const string Greeting = "pollio-capture 1";
    private const string End = "end";

    // The longest filter is 4096 instructions of at most 25 characters.
    internal const int MaxLength = 128 * 1024;

    /// <summary>Names or numbers of the ports to capture; empty for all that are configured.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>The most bytes wanted of each packet.</summary>
    public int SnapLength { get; init; } = PcapngWriter.MaxCapturedLength;

    /// <summary>What to capture, or null for everything.</summary>
    public PacketFilter? Filter { get; init; }

    /// <summary>The request as it goes over the socket.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder().Append(Greeting).Append('\n');
        foreach (string port in Ports)
        {
            text.Append("port ").Append(port.ReplaceLineEndings(" ")).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"snap {SnapLength}\n");
        foreach (FilterInstruction i in Filter is null ? [] : Filter.Program)
        {
            text.Append(CultureInfo.InvariantCulture, $"bpf {i.Code} {i.JumpTrue} {i.JumpFalse} {i.Value}\n");
        }

        return Encoding.UTF8.GetBytes(text.Append(End).Append('\n').ToString());
    }

    /// <summary>Whether the bytes that have come hold a whole request.</summary>
    internal static bool IsWhole(ReadOnlySpan<byte> bytes) => bytes.EndsWith("\nend\n"u8);

    /// <summary>Reads a request.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static LiveCaptureRequest Parse(ReadOnlySpan<byte> bytes)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 2 || lines[0] != Greeting || lines[^1] != End)
        {
            throw new FormatException("the reader speaks another version of the capture protocol");
        }

        var ports = new List<string>();
        var program = new List<FilterInstruction>();
        int snapLength = PcapngWriter.MaxCapturedLength;
        foreach (string line in lines.AsSpan(1, lines.Length - 2))
        {
            string value = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];
            switch (line[..^value.Length])
            {
                case "port ":
                    ports.Add(value);
                    break;
                case "snap " when int.TryParse(value, CultureInfo.InvariantCulture, out snapLength)
                    && snapLength is > 0 and <= PcapngWriter.MaxCapturedLength:
                    break;
                case "bpf ":
                    program.Add(ParseInstruction(value));
                    break;
                default:
                    throw new FormatException($"the reader asks for '{line}', which is not understood");
            }
        }

        return new LiveCaptureRequest { Ports = ports, SnapLength = snapLength, Filter = program.Count == 0 ? null : ParseProgram(program) };
    }

    private static FilterInstruction ParseInstruction(string text)
    {
        string[] fields = text.Split(' ');
        return fields.Length == 4
            && ushort.TryParse(fields[0], CultureInfo.InvariantCulture, out ushort code)
            && byte.TryParse(fields[1], CultureInfo.InvariantCulture, out byte jumpTrue)
            && byte.TryParse(fields[2], CultureInfo.InvariantCulture, out byte jumpFalse)
            && uint.TryParse(fields[3], CultureInfo.InvariantCulture, out uint value)
                ? new FilterInstruction(code, jumpTrue, jumpFalse, value)
                : throw new FormatException($"'{text}' is no filter instruction");
    }

    private static PacketFilter ParseProgram(List<FilterInstruction> program)
    {
        try
        {
            return new PacketFilter(program.ToArray());
        }
        catch (ArgumentException e)
        {
            throw new FormatException("the filter is not a valid program", e);
        }
    }
}
