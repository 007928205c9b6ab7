import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { t } from '../text';

interface Props {
  children: ReactNode;
  /** A change of it, such as another page, is another try. */
  of?: string;
}

/** Keeps a fault in one part of the screen from taking the rest with it. */
export class Boundary extends Component<Props, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo) {
    console.error(error, info.componentStack);
  }

  override componentDidUpdate(before: Props) {
    if (before.of !== this.props.of && this.state.error) this.setState({ error: undefined });
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Alert color="red" title={t('boundary.title')} m="md" role="alert">
        <Stack gap="sm">
          <Text size="sm">{t('boundary.text')}</Text>
          <Text size="sm" className="code">{error.message}</Text>
          <Group>
            <Button size="xs" onClick={() => this.setState({ error: undefined })}>{t('boundary.again')}</Button>
            <Button size="xs" variant="default" onClick={() => location.reload()}>{t('boundary.reload')}</Button>
          </Group>
        </Stack>
      </Alert>
    );
  }
}
