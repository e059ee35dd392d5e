using System.Globalization;
using System.Numerics;
using System.Text;

namespace PollIO.Apps.Common.Reporting;

/// <summary>UTF-8 text put together in one buffer that is used again, so that live statistics allocate nothing.</summary>
internal sealed class TextBuffer
{
    private byte[] _bytes = new byte[16384];
    private int _length;

    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    internal void Clear() => _length = 0;

    internal TextBuffer Text(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Room(utf8.Length));
        _length += utf8.Length;
        return this;
    }

    internal TextBuffer Text(string text)
    {
        _length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));
        return this;
    }

    /// <summary>Writes <paramref name="text"/> in exactly <paramref name="width"/> columns, cut with "..." when it is longer.</summary>
    internal TextBuffer Left(string text, int width)
    {
        bool cut = text.Length > width;
        foreach (char character in cut ? text.AsSpan(0, width - 3) : text)
        {
            _length += new Rune(char.IsSurrogate(character) || char.IsControl(character) ? '?' : character).EncodeToUtf8(Room(4));
        }

        return cut ? Text("..."u8) : Spaces(width - text.Length);
    }

    /// <summary>Writes a number with <paramref name="format"/>, moved to the right end of <paramref name="width"/> columns.</summary>
    internal TextBuffer Right<T>(T number, int width, ReadOnlySpan<char> format)
        where T : INumber<T>, IUtf8SpanFormattable
    {
        Span<byte> digits = stackalloc byte[64];
        number.TryFormat(digits, out int count, format, CultureInfo.InvariantCulture);
        return Spaces(width - count).Text(digits[..count]);
    }

    internal TextBuffer Number<T>(T number, ReadOnlySpan<char> format)
        where T : INumber<T>, IUtf8SpanFormattable => Right(number, 0, format);

    /// <summary>
    /// Writes a text, and ends the line, where <paramref name="indent"/> columns are written already; words that would pass
    /// <paramref name="width"/> go on in the next line, under the first.
    /// </summary>
    internal TextBuffer Words(string text, int indent, int width)
    {
        int column = indent;
        foreach (string word in text.Split(' '))
        {
            if (column != indent)
            {
                bool fits = column + 1 + word.Length <= width;
                _ = fits ? Spaces(1) : Text("\n"u8).Spaces(indent);
                column = fits ? column + 1 : indent;
            }

            Text(word);
            column += word.Length;
        }

        return Text("\n"u8);
    }

    internal TextBuffer RightText(string text, int width) => Spaces(width - text.Length).Text(text);

    private TextBuffer Spaces(int count)
    {
        count = Math.Max(count, 0);
        Room(count)[..count].Fill((byte)' ');
        _length += count;
        return this;
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - _length < length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + length));
        }

        return _bytes.AsSpan(_length);
    }
}
